import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalPage, servePage } from '../src/page/local-page.ts';
import { memoryDaemon, removeFolder, temporaryFolder } from './memory-daemon.ts';

type Answer = { status: number; body: string; headers: Record<string, string | string[] | undefined> };

let folder: string;
let page: LocalPage;
let desk: Awaited<ReturnType<typeof memoryDaemon>>;
beforeEach(async () => {
  folder = await temporaryFolder();
  desk = await memoryDaemon(folder);
  page = await servePage(desk.daemon);
});
afterEach(async () => {
  await page.close();
  await desk.daemon.close();
  await removeFolder(folder);
});

function ask(path: string, given: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
  const url = new URL(page.link);
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path,
        method: given.method ?? 'GET',
        headers: { host: url.host, ...given.headers },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(given.body);
  });
}

async function entered(): Promise<{ cookie: string; token: string }> {
  const answer = await ask(new URL(page.link).pathname + new URL(page.link).search);
  const cookie = `${answer.headers['set-cookie']}`.split(';')[0] as string;
  const { body } = await ask('/', { headers: { cookie } });
  return { cookie, token: /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '' };
}

const FORM = 'application/x-www-form-urlencoded';

describe('the recorder’s page', () => {
  test('[DSK65] a link opens it once; without its cookie nothing is shown', async () => {
    expect((await ask('/')).status).toBe(403);
    expect((await ask('/enter?once=guess')).status).toBe(403);
    const { cookie } = await entered();
    const again = await ask(new URL(page.link).pathname + new URL(page.link).search);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    const shown = await ask('/', { headers: { cookie } });
    expect(shown.status).toBe(200);
    expect(shown.body).toContain('The recorder is off.');
    expect(shown.headers['access-control-allow-origin']).toBeUndefined();
    expect(shown.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await ask('/', { headers: { cookie: `${cookie}x` } })).status).toBe(403);
  });

  test('[DSK66] a page of others can neither read it nor act, whatever it sends', async () => {
    const { cookie, token } = await entered();
    const origin = new URL(page.link).origin;
    const body = `token=${token}`;
    const form = { cookie, 'content-type': FORM };
    const tries: [string, Record<string, string>, string][] = [
      ['another name for this address', { ...form, origin, host: 'evil.example' }, body],
      ['from another site', { ...form, origin: 'https://evil.example' }, body],
      ['from nowhere', { ...form }, body],
      ['without the token', { ...form, origin }, ''],
      ['with another token', { ...form, origin }, 'token=guess'],
      ['without the cookie', { 'content-type': FORM, origin }, body],
      ['as another kind of body', { cookie, origin, 'content-type': 'text/plain' }, body],
    ];
    for (const [why, headers, sent] of tries) {
      const { status } = await ask('/agree', { method: 'POST', headers, body: sent });
      expect([why, status >= 400, desk.daemon.state]).toEqual([why, true, 'off']);
    }
    expect((await ask('/agree', { headers: { cookie } })).status).toBe(404);
    expect(desk.daemon.state).toBe('off');
    const { status } = await ask('/agree', { method: 'POST', headers: { ...form, origin }, body });
    expect([status, desk.daemon.state]).toEqual([303, 'ready']);
  });

  test('[DSK68] her words to close are kept there, shown to her as text, and replaced', async () => {
    const { cookie, token } = await entered();
    const headers = { cookie, origin: new URL(page.link).origin, 'content-type': FORM };
    const keep = (words: string) =>
      ask('/words', { method: 'POST', headers, body: `token=${token}&words=${encodeURIComponent(words)}` });
    const shown = async () => (await ask('/', { headers: { cookie } })).body;
    expect(await shown()).toContain('On this computer: none');
    expect((await keep('Quokka\r\n</textarea><script>x</script>\r\n--\r\n')).status).toBe(303);
    expect(await desk.daemon.closed.all()).toEqual(['Quokka', '</textarea><script>x</script>']);
    expect(await shown()).toContain('On this computer: 2 words');
    expect(await shown()).not.toContain('<script>');
    expect(await shown()).toContain('Quokka\n');
    // As many and as long as may be, in letters that take most room in a form.
    const most = Array.from({ length: 1_000 }, (_, i) => `${i}${'\u8a9e'.repeat(97)}`);
    expect((await keep(most.join('\n'))).status).toBe(303);
    expect((await keep([...most, 'one more'].join('\n'))).body).toContain('more than 1000 lines');
    expect(await desk.daemon.closed.all()).toEqual(most);
  });

  test('[DSK67] she agrees, records, pauses and stops there, and what she writes is text', async () => {
    const { cookie, token } = await entered();
    const headers = { cookie, origin: new URL(page.link).origin, 'content-type': FORM };
    const act = (path: string, more = '') =>
      ask(path, { method: 'POST', headers, body: `token=${token}${more}` });
    expect((await act('/pause')).status).toBe(303);
    expect((await act('/start')).status).toBe(409);
    await act('/agree');
    await act('/start', `&task=${encodeURIComponent('<script>alert(1)</script>')}`);
    expect(desk.daemon.state).toBe('recording');
    await act('/pause');
    expect(desk.daemon.state).toBe('paused');
    await act('/resume');
    desk.click();
    await act('/stop');
    const { body } = await ask('/', { headers: { cookie } });
    expect(body).not.toContain('<script');
    const id = /\/recording\/([\w-]{22})/.exec(body)?.[1] ?? '';
    expect((await ask(`/recording/${id}`, { headers: { cookie } })).body).toContain('<ol><li>');
    await act('/discard', `&id=${id}`);
    expect(await desk.daemon.recordings()).toEqual([]);
    await act('/opt-out');
    expect(desk.daemon.state).toBe('off');
  });

  test('[DSK85] a demonstration’s recording can be looked at and not prepared for release', async () => {
    const { cookie, token } = await entered();
    const url = new URL(page.link);
    const post = (path: string, fields: Record<string, string>) =>
      ask(path, {
        method: 'POST',
        headers: { cookie, origin: `http://${url.host}`, 'content-type': FORM },
        body: new URLSearchParams({ token, ...fields }).toString(),
      });
    await desk.daemon.agree();
    await desk.daemon.start('Save it');
    desk.click();
    await desk.daemon.stop();
    const [row] = await desk.daemon.recordings();
    const id = row?.id ?? '';
    expect((await ask(`/recording/${id}`, { headers: { cookie } })).body).toContain('it can not be released');
    const refused = await post('/prepare', { id, without: '0' });
    expect(refused.status).toBe(409);
    expect(refused.body).toContain('can not be released');
    expect((await post('/release', { id })).status).toBe(409);
    expect((await ask('/prepared', { headers: { cookie } })).status).toBe(404);
    expect((await desk.daemon.recordings()).map((one) => one.state)).toEqual(['reviewing']);
  });
});
