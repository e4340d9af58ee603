import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

// Each question is asked in a process of its own, in a network without a route, with names of our own, and under strace (Debian's
// package "strace"). A container may forbid any of the three.
const APART = ['unshare', '--map-root-user', '--net', '--mount', 'sh', '-c'];
const canAskApart =
  spawnSync(APART[0] ?? '', [...APART.slice(1), 'ip link set lo up && strace -e trace=none true']).status ===
  0;
const work = mkdtempSync(join(tmpdir(), 'aboveboard-trace-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const OUTSIDE = '203.0.113.7';
const href = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
type Asked = { url: string; inside?: string[]; env?: Record<string, string> };

/** What was said of the answer, and every network address that anything was sent or connected to, with its port. */
function asked({ url, inside = [], env = {} }: Asked): { said: string; reached: string[] } {
  const [file, hosts, trace] = [join(work, 'ask.ts'), join(work, 'hosts'), join(work, 'trace')];
  writeFileSync(hosts, `127.0.0.1 localhost\n${OUTSIDE} model.example\n10.255.255.1 rebound.example\n`);
  writeFileSync(
    file,
    `import { createServer } from 'node:http';
    import { insideAddresses } from ${href('../../server/src/inside-addresses.ts')};
    import { modelEndpoint } from ${href('../src/model-endpoint.ts')};
    const server = createServer((_, response) => response.writeHead(307, { location: 'http://${OUTSIDE}/v1' }).end());
    await new Promise((resolve) => server.listen(8907, '127.0.0.1', resolve));
    const options = { inside: insideAddresses(${JSON.stringify(inside)}), headers: {}, pause: async () => undefined };
    const endpoint = modelEndpoint({ url: ${JSON.stringify(url)}, ...options, plainHttp: true, timeoutMs: 2000, env: process.env });
    console.log(await endpoint.post({ text: 'of a recording' }).catch((error) => error.message));
    server.close();
    server.closeAllConnections();`,
  );
  const calls = 'connect,sendto,sendmsg,sendmmsg';
  const script = 'ip link set lo up && mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const traced = ['strace', '-f', '-e', `trace=${calls}`, '-o', trace, process.execPath, file];
  const [command = '', ...args] = [...APART, script, 'sh', hosts, ...traced];
  const { PATH = '' } = process.env;
  const ran = spawnSync(command, args, { encoding: 'utf8', env: { PATH, NODE_NO_WARNINGS: '1', ...env } });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  const reached = [
    ...readFileSync(trace, 'utf8').matchAll(/sin6?_port=htons\((\d+)\).*?"([0-9a-f.:]+)"/g),
  ].map(([, port, address]) => `${address}:${port}`);
  return { said: ran.stdout.trim(), reached: [...new Set(reached)] };
}

describe.skipIf(!canAskApart)(
  'an endpoint in a network without a route (needs namespaces and strace)',
  () => {
    it.each<[string, string, Asked]>([
      ['MEP1', 'an address that is not on the list', { url: `http://${OUTSIDE}/v1` }],
      ['MEP1', 'a name that resolves outside', { url: 'http://model.example/v1' }],
      [
        'MEP4',
        'a variable for a proxy',
        { url: 'http://127.0.0.1:8907/v1', env: { http_proxy: `http://${OUTSIDE}:3128` } },
      ],
      [
        'MEP4',
        'one in capitals',
        { url: 'http://127.0.0.1:8907/v1', env: { ALL_PROXY: `socks5://${OUTSIDE}:1080` } },
      ],
    ])('[%s] %s: refused, and nothing is sent', (rule, _, ask) => {
      const { said, reached } = asked(ask);
      expect(said).toContain(rule);
      expect(reached).toEqual([]);
    });

    it('[MEP3] a redirect to outside: refused, and nothing goes there', () => {
      const { said, reached } = asked({ url: 'http://127.0.0.1:8907/v1' });
      expect(said).toContain('MEP3');
      expect(reached).toEqual(['127.0.0.1:8907']);
    });

    it('seeded hole: with the address on the list the same trace sees who is asked', () => {
      const inside = ['203.0.113.0/24'];
      for (const url of [`http://${OUTSIDE}/v1`, 'http://model.example/v1'])
        expect(asked({ url, inside })).toEqual({ said: 'null', reached: [`${OUTSIDE}:80`] });
      expect(asked({ url: 'http://rebound.example/v1' }).reached).toEqual(['10.255.255.1:80']);
    });
  },
);
