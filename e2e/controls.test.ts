import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import { type StartedGuardian, startGuardian } from '@aboveboard/guardian/start';
import type { ShownControls } from '@aboveboard/protocol/controls';
import { ROLES } from '@aboveboard/protocol/installation';
import { openGuardianWatch } from '@aboveboard/server/controls/guardian-watch';
import { folderPaths } from '@aboveboard/server/data-folder';
import { invitationLines, inviteProbe } from '@aboveboard/server/identity/probe-invitations';
import { openInstallation } from '@aboveboard/server/installation';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportControls } from '../apps/cli/src/controls-report.ts';
import { freePort } from '../apps/cli/src/free-port.ts';

/** A real server and a real guardian; between them a place where a door can be left open. */
let root: string;
let between: Server;
let guardian: StartedGuardian;
let server: StartedServer;
let openDoor: string | null = null;
let hers: Record<string, string>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'aboveboard-controls-'));
  // As root, PostgreSQL runs as another user, who must get in.
  chmodSync(root, 0o711);
  const data = join(root, 'data');
  mkdirSync(data, { mode: 0o711 });
  const port = await freePort('127.0.0.1', 0);
  between = createServer((asked, answer) => {
    if (asked.url === openDoor) return answer.writeHead(200).end('[]');
    // The guardian's probe asks for a name, and signs which one.
    const said = asked.headers.host ?? '';
    const host = said.startsWith('localhost:') ? said : `127.0.0.1:${port}`;
    const passed = request(
      { port, host: '127.0.0.1', path: asked.url, method: asked.method, headers: { ...asked.headers, host } },
      (got) => got.pipe(answer.writeHead(got.statusCode ?? 500, got.headers)),
    );
    passed.on('error', () => asked.socket.destroy());
    return asked.pipe(passed);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  guardian = await startGuardian({
    data: join(root, 'guardian'),
    server: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
    port: 0,
    limits: { probeSeconds: 1 },
  });
  const witnesses = guardian.verifierKeys.map((key, n) => `witness w${n} ${key} ${guardian.url}/witness\n`);
  writeFileSync(join(data, 'log-policy'), `${witnesses.join('')}group all all w0 w1\nquorum all\n`);
  writeFileSync(join(data, 'guardian-address'), `${guardian.url}\n`);
  const names = [`localhost:${(between.address() as AddressInfo).port}`];
  const limits = { signInsPerMinute: 5_000, signInsPerMinuteOfAddress: 5_000 };
  server = await startServer({ data, demo: true, port, names, limits, log: makeLog('silent') });
  for (const [role, code] of Object.entries(server.codes)) {
    const answer = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    tokens[role] = ((await answer.json()) as { token: string }).token;
  }
});
afterAll(async () => {
  await server.stop();
  await guardian.stop();
  between.close();
  rmSync(root, { recursive: true, force: true });
});

async function shown(role = 'representative'): Promise<ShownControls> {
  const headers = { authorization: `Bearer ${tokens[role]}` };
  return (await fetch(`${server.url}/api/controls`, { headers })).json() as Promise<ShownControls>;
}
const state = async (name: string) => (await shown()).controls.find((one) => one.name === name)?.state;
const found = async (name: string) => (await shown()).controls.find((one) => one.name === name)?.found;
const LONG = { timeout: 60_000, interval: 200 };

/** What a server enters by itself every five minutes. */
async function entered() {
  const { inner, uses } = server.installation;
  const watch = await openGuardianWatch(folderPaths(join(root, 'data')), {
    ...{ policy: inner.policy, uses, now: Date.now },
    mayRun: () => undefined,
  });
  await watch.round();
  const size = await inner.logs.uses.size();
  const [last] = await inner.logs.uses.storage.entries(size - 1, size);
  const read = readUsesEntry(last as Uint8Array);
  return read.ok && read.value.kind === 'plain' ? read.value.use : null;
}

/** As the guardian's own page does for the representative. */
async function signInAtGuardian(): Promise<Record<string, string>> {
  const answer = await fetch(`${guardian.url}/representative/passphrase`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: guardian.url },
    body: JSON.stringify({
      token: new URL(guardian.setupLink as string).hash.slice('#setup='.length),
      passphrase: 'correct horse battery staple',
    }),
  });
  expect(answer.status).toBe(204);
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', origin: guardian.url };
}

describe('controls of an installation with a guardian', () => {
  it('[ACC73, CTL25] before it has accounts the probe says that it could not try the roles', async () => {
    await expect.poll(() => found('probe'), LONG).toContain('6 of the roles');
    expect(await state('guardian')).toBe('ok');
  });

  it('[IDN74] the representative enters the operator’s invitations, and nobody else does', async () => {
    const { inner, uses } = server.installation;
    const invitations = invitationLines(await inviteProbe({ database: inner.database, uses }, 1));
    const enter = (headers: Record<string, string>, lines = invitations) =>
      fetch(`${guardian.url}/representative/probe`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ invitations: lines }),
      });
    expect((await enter({ origin: guardian.url })).status).toBe(401);
    hers = await signInAtGuardian();
    expect((await enter(hers, 'nothing')).status).toBe(409);
    expect(await (await enter(hers)).json()).toEqual({ roles: [...ROLES] });
    const state = await fetch(`${guardian.url}/representative`, { headers: hers });
    expect((await state.json()).desk.probeRoles).toEqual([...ROLES]);
  });

  it('[CTL20, CTL25, CTL27] while every door is closed the probe is in order, on the page and in the log', async () => {
    await expect.poll(() => state('probe'), LONG).toBe('ok');
    expect(await state('guardian')).toBe('ok');
    expect(await state('uses-log')).toBe('ok');
    expect(await entered()).toMatchObject({
      actor: { role: 'system' },
      act: { kind: 'probe', found: 0, unanswered: 0, locked: false },
    });
  });

  it('[CTL26, ACC45] seeded hole: an open route locks; it stands on the page and in the log; she alone unlocks', async () => {
    openDoor = '/api/recordings';
    await expect.poll(() => state('guardian'), LONG).toBe('not-ok');
    const { controls, waits } = await shown();
    const probe = controls.find((one) => one.name === 'probe');
    expect(probe).toMatchObject({ state: 'not-ok' });
    expect(probe?.found).toContain('GET /api/recordings');
    expect(waits.map(({ kind }) => kind)).toEqual(['lock']);
    expect((await shown('employer')).waits).toEqual([]);
    expect(await entered()).toMatchObject({ act: { kind: 'probe', locked: true } });
    // Closed again it stays locked: nobody but her opens it.
    openDoor = null;
    await expect.poll(() => state('probe'), LONG).toBe('ok');
    expect(await state('guardian')).toBe('not-ok');
    for (const headers of [
      { origin: guardian.url },
      { cookie: 'representative=forged', origin: guardian.url },
    ]) {
      const answer = await fetch(`${guardian.url}/representative/lock`, { method: 'DELETE', headers });
      expect(answer.status).toBe(401);
    }
    const opened = await fetch(`${guardian.url}/representative/lock`, { method: 'DELETE', headers: hers });
    expect(opened.status).toBe(204);
    expect(await state('guardian')).toBe('ok');
    expect(await entered()).toMatchObject({ act: { kind: 'probe', found: 0, locked: false } });
  });

  it('[CTL21] the guardian tells nobody but its server, and answers no question twice', async () => {
    const ask = (body: string | Uint8Array) =>
      fetch(`${guardian.url}/word`, { method: 'POST', body: body as string }).then(({ status }) => status);
    expect([await ask(''), await ask(`aboveboard word asked v1\nasked ${'0'.repeat(32)}\n`)]).toEqual([
      403, 403,
    ]);
    expect(await ask('x'.repeat(10_000))).toBe(413);
    let question: Uint8Array | null = null;
    const original = globalThis.fetch;
    globalThis.fetch = (async (to: string, init: RequestInit) => {
      question = init.body as Uint8Array;
      return original(to, init);
    }) as typeof fetch;
    const watch = await openGuardianWatch(folderPaths(join(root, 'data')), {
      ...{ policy: server.installation.inner.policy, uses: null, now: Date.now },
      mayRun: () => undefined,
    });
    await watch.ask().finally(() => {
      globalThis.fetch = original;
    });
    expect(await ask(question as unknown as Uint8Array)).toBe(403);
  });

  it('[CTL1] the command says the same, and fails while something is not in order', async () => {
    const data = join(root, 'data');
    let found: ShownControls | null = null;
    const lines: string[] = [];
    const installation = await openInstallation({ data, join: true });
    const failure = await reportControls(
      {
        ...{ data, json: true, installation: async () => installation, print: (line) => lines.push(line) },
        ...{ progress: () => undefined, note: () => undefined },
        result: (value) => {
          found = value as ShownControls;
        },
      },
      Date.now,
    ).catch((error: Error) => error.name);
    await installation.close();
    expect(failure).toBe('CommandFailure');
    const states = Object.fromEntries(
      (found as unknown as ShownControls).controls.map((one) => [one.name, one.state]),
    );
    expect(states).toMatchObject({
      guardian: 'ok',
      'page-policy': 'ok',
      walls: 'ok',
      'data-backup': 'not-ok',
    });
    expect(lines.join('\n')).toContain('NOT OK    data-backup');
  });

  it('[CTL2, CTL24] a guardian that is gone is unchecked, never in order', async () => {
    await guardian.stop();
    expect([await state('guardian'), await state('probe')]).toEqual(['unchecked', 'unchecked']);
  });
});
