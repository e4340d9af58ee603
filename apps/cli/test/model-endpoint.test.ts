import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insideAddresses } from '@aboveboard/server/inside-addresses';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type EndpointOptions, MOST_ANSWERED, modelEndpoint } from '../src/model-endpoint.ts';
import { openEndpoint } from '../src/opened-endpoint.ts';

const work = mkdtempSync(join(tmpdir(), 'aboveboard-endpoint-'));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`;
}

function endpoint(url: string, more: Partial<EndpointOptions> = {}) {
  const pauses: number[] = [];
  const pause = async (ms: number) => pauses.push(ms);
  const made = modelEndpoint({ url, inside: insideAddresses(), headers: {}, env: {}, pause, ...more });
  return { ...made, pauses };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

describe('inside', () => {
  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['10.1.2.3', true],
    ['172.31.255.255', true],
    ['192.168.0.1', true],
    ['fd12::1', true],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['::ffff:808:808', false],
    ['172.32.0.1', false],
    ['169.254.169.254', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['::', false],
    ['64:ff9b::a00:1', false],
    ['203.0.113.7', false],
    ['8.8.8.8', false],
    ['2001:db8::1', false],
    ['not an address', false],
  ])('[MEP2] %s: %s', (address, isInside) => {
    expect(insideAddresses().has(address)).toBe(isInside);
  });

  it('[MEP2] is what the operator lists besides, and a list with a fault is none', () => {
    const inside = insideAddresses(['203.0.113.0/24', '2001:db8::/32']);
    expect(['203.0.113.7', '2001:db8::9', '10.0.0.1'].map(inside.has)).toEqual([true, true, true]);
    expect(inside.has('203.0.114.1')).toBe(false);
    for (const wrong of ['0.0.0.0/0', '::/0', '10.0.0.0', '10.0.0.0/33', 'x/8', '10.0.0.0/-1', ''])
      expect(() => insideAddresses([wrong])).toThrow(RangeError);
  });
});

describe('an endpoint', () => {
  it('[MEP1] is asked at the address that was checked, under its own name', async () => {
    const hosts: unknown[] = [];
    const url = await serve(async (request, response) => {
      hosts.push(request.headers.host, JSON.parse(await bodyOf(request)));
      response.end('{"a":1}');
    });
    const { port } = new URL(url);
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return ['127.0.0.1'];
    };
    // A name that the system does not know: who resolved it again would find nothing.
    const { post } = endpoint(`http://model.invalid:${port}/v1`, { resolve });
    expect(await post({ q: 'ü' })).toBe('{"a":1}');
    expect(hosts).toEqual([`model.invalid:${port}`, { q: 'ü' }]);
    expect(asked).toEqual(['model.invalid']);
  });

  it('[MEP1] is refused with any address outside, and a name that moves meanwhile is refused then', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end('{}');
    });
    const { port } = new URL(url);
    const answers = [['127.0.0.1'], ['127.0.0.1', '203.0.113.7'], ['203.0.113.7'], []];
    const { post } = endpoint(`http://model.invalid:${port}/v1`, {
      resolve: async () => answers.shift() ?? [],
    });
    expect(await post({})).toBe('{}');
    await expect(post({})).rejects.toThrow('MEP1');
    await expect(post({})).rejects.toThrow('MEP1');
    await expect(post({})).rejects.toThrow('no address');
    expect(requests).toBe(1);
  });

  it.each([
    'http://203.0.113.7/v1',
    'https://[2001:db8::1]/v1',
    'http://169.254.169.254/latest',
    'http://0x08080808/v1',
    'http://[::ffff:8.8.8.8]/v1',
  ])('[MEP1] %s is refused', async (url) => {
    await expect(endpoint(url, { plainHttp: true }).post({})).rejects.toThrow('MEP1');
  });

  it.each(['ftp://127.0.0.1/', 'http://user:pass@127.0.0.1/', 'http://127.0.0.1/#x', 'model', ''])(
    '[MEP1] %s is no endpoint',
    (url) => {
      expect(() => endpoint(url)).toThrow(/endpoint/);
    },
  );

  it('[MEP3] that sends elsewhere is left, and nothing goes there', async () => {
    let elsewhere = 0;
    const other = await serve((_, response) => {
      elsewhere++;
      response.end('{}');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await serve((_, response) => response.writeHead(status, { location: other }).end());
      await expect(endpoint(url).post({})).rejects.toThrow('MEP3');
    }
    expect(elsewhere).toBe(0);
  });

  it('[MEP4] is not asked where a proxy is named, in whatever case, and an empty name is none', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end('{}');
    });
    for (const name of ['http_proxy', 'HTTPS_PROXY', 'All_Proxy'])
      await expect(endpoint(url, { env: { [name]: 'http://127.0.0.1:1' } }).post({})).rejects.toThrow('MEP4');
    expect(requests).toBe(0);
    expect(await endpoint(url, { env: { HTTP_PROXY: '', NO_PROXY: '*' } }).post({})).toBe('{}');
  });

  it('[MEP5] beyond loopback is https', async () => {
    const resolve = async () => ['10.255.255.1'];
    await expect(endpoint('http://model.example/v1', { resolve }).post({})).rejects.toThrow('MEP5');
    // With TLS it is tried: nobody is there, and that is no refusal.
    const tried = endpoint('https://127.0.0.1:1/v1');
    expect(await tried.post({})).toBeNull();
    expect(tried.pauses).toEqual([1000, 2000, 4000]);
  });

  it('[MEP10] that goes on for ever, drips, or hangs up gives no answer', async () => {
    const endless = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', more);
      more();
    });
    expect(await endpoint(endless).post({})).toBeNull();
    const drips = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await endpoint(drips, { timeoutMs: 200 }).post({})).toBeNull();
    const silent = await serve(() => undefined);
    expect(await endpoint(silent, { timeoutMs: 100 }).post({})).toBeNull();
    const short = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"a":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await endpoint(short).post({})).toBeNull();
    const exact = 'x'.repeat(MOST_ANSWERED);
    const large = await serve((_, response) => response.end(exact));
    expect(await endpoint(large).post({})).toBe(exact);
  });

  it('[MEP11] is asked again after what it says, four times at most', async () => {
    const statuses = [429, 503, 500, 200];
    const url = await serve((_, response) =>
      response.writeHead(statuses.shift() ?? 0, { 'retry-after': '7000' }).end('"yes"'),
    );
    const patient = endpoint(url);
    expect(await patient.post({})).toBe('"yes"');
    expect(patient.pauses).toEqual([60_000, 60_000, 4000]);
    const busy = await serve((_, response) => response.writeHead(429, { 'retry-after': '2' }).end());
    const given = endpoint(busy);
    expect(await given.post({})).toBeNull();
    expect(given.pauses).toEqual([2000, 2000, 2000]);
    const forbidden = await serve((_, response) => response.writeHead(401).end());
    await expect(endpoint(forbidden).post({})).rejects.toThrow('401');
  });

  it('[MEP12] has its key from a file that nobody else may read', async () => {
    const file = join(work, 'key');
    writeFileSync(file, 'sk-made-up\n', { mode: 0o600 });
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization, request.headers['x-api-key']);
      response.end('{}');
    });
    const asked = { endpoint: url.replace('/chat/completions', '/'), inside: [], timeoutMs: 5000, key: file };
    for (const style of ['openai', 'anthropic']) {
      const { endpoint, dialect } = await openEndpoint({ ...asked, style });
      expect(await endpoint.post(dialect.body({ system: '', text: '', png: null }, 'm', 1))).toBe('{}');
    }
    expect(seen).toEqual([
      '/v1/chat/completions',
      'Bearer sk-made-up',
      undefined,
      '/v1/messages',
      undefined,
      'sk-made-up',
    ]);
    chmodSync(file, 0o640);
    await expect(openEndpoint({ ...asked, style: 'openai' })).rejects.toThrow('chmod 600');
    writeFileSync(join(work, 'two'), 'a\r\nx-evil: 1', { mode: 0o600 });
    await expect(openEndpoint({ ...asked, key: join(work, 'two'), style: 'openai' })).rejects.toThrow(
      'no key',
    );
  });
});

// strace is Debian's package "strace"; a container may also forbid to attach.
const canTrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0;

describe.skipIf(!canTrace)('[MEP1] system calls (needs strace)', () => {
  const connects = (url: string) => {
    const trace = join(work, 'trace');
    const script = `
      import { insideAddresses } from ${JSON.stringify(new URL('../../server/src/inside-addresses.ts', import.meta.url).href)};
      import { modelEndpoint } from ${JSON.stringify(new URL('../src/model-endpoint.ts', import.meta.url).href)};
      const pause = async () => undefined;
      const options = { inside: insideAddresses(), headers: {}, env: {}, pause, plainHttp: true, timeoutMs: 2000 };
      await modelEndpoint({ url: ${JSON.stringify(url)}, ...options }).post({}).catch(() => undefined);`;
    const file = join(work, 'ask.ts');
    writeFileSync(file, script);
    const args = ['-f', '-e', 'trace=connect,sendto,sendmsg', '-o', trace, process.execPath, file];
    expect(spawnSync('strace', args).status).toBe(0);
    return readFileSync(trace, 'utf8').match(/(?:connect|sendto|sendmsg)\(.*AF_INET6?.*/g) ?? [];
  };

  it('nothing is connected for an address outside, and something is for one inside', () => {
    expect(connects('http://203.0.113.7/v1')).toEqual([]);
    expect(connects('http://127.0.0.1:1/v1').length).toBeGreaterThan(0);
  });
});
