import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILT, buildExtension } from '../apps/extension/test/extension-browser.ts';
import { crxKey, extensionId } from '../tools/packaging/crx.ts';

const ROOT = join(import.meta.dirname, '..');
const POLICIES = '/etc/chromium';
const isRoot = process.getuid?.() === 0;
// In a mount namespace of its own the policy is this browser's alone: no other on this computer sees it.
const hasNamespaces = isRoot && existsSync(POLICIES) && spawnSync('unshare', ['-m', 'true']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-extension-installed-'));
const served = join(folder, 'served');
const key = join(folder, 'recorder.pem');
const profile = join(folder, 'profile');
const LONG = { timeout: 60_000, interval: 250 };
let server: Server;
let browser: ChildProcess | undefined;
let id = '';
const asked: string[] = [];

beforeAll(async () => {
  if (!hasNamespaces) return;
  buildExtension();
  server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://a').pathname.slice(1);
    asked.push(name);
    const there = existsSync(served) && readdirSync(served).includes(name);
    response.writeHead(there ? 200 : 404).end(there ? readFileSync(join(served, name)) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  newKey(key);
  id = extensionId(crxKey(readFileSync(key, 'utf8')));
});

afterAll(async () => {
  await closeBrowser();
  server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

function newKey(path: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

/** The recorder as it was built, or under another version, on the organisation's server. */
function publish(version: string, by = key): void {
  const built = join(folder, 'builds', version, 'chrome-mv3');
  if (!existsSync(built)) {
    mkdirSync(built, { recursive: true });
    execFileSync('cp', ['-r', `${BUILT}/.`, built]);
    const manifest = join(built, 'manifest.json');
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version }));
    const list = join(built, 'build-files.txt');
    const digest = createHash('sha256').update(readFileSync(manifest)).digest('hex');
    writeFileSync(list, readFileSync(list, 'utf8').replace(/^.{64}(?= {2}manifest\.json$)/m, digest));
    execFileSync('cp', [join(BUILT, '../bundled-packages.json'), join(built, '..')]);
  }
  const program = join(ROOT, 'tools/packaging/extension.ts');
  const args = ['--key', by, '--address', address(), '--out', served, '--built', built];
  execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function openBrowser(): void {
  const policy = join(folder, 'policy.json');
  const install = { installation_mode: 'force_installed', update_url: `${address()}updates.xml` };
  writeFileSync(
    policy,
    JSON.stringify({ ExtensionSettings: { [id]: { ...install, override_update_url: true } } }),
  );
  const script = `mount -t tmpfs none ${POLICIES}; mkdir -p ${POLICIES}/policies/managed; cp "$1" ${POLICIES}/policies/managed/a.json; shift; exec "$@"`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
  browser = spawn(
    'unshare',
    [
      ...['-m', 'sh', '-ec', script, 'sh', policy],
      process.env['ABOVEBOARD_CHROMIUM'] ?? '/usr/bin/chromium',
      ...[...flags, `--user-data-dir=${profile}`, '--extensions-update-frequency=1', 'about:blank'],
    ],
    { stdio: 'ignore' },
  );
}

async function closeBrowser(): Promise<void> {
  if (!browser) return;
  const gone = new Promise((resolve) => browser?.once('exit', resolve));
  browser.kill('SIGTERM');
  await gone;
  browser = undefined;
}

/** Versions that the browser unpacked, of whoever's key. */
function installed(): string[] {
  const extensions = join(profile, 'Default/Extensions');
  if (!existsSync(extensions)) return [];
  return readdirSync(extensions)
    .filter((one) => /^[a-p]{32}$/.test(one))
    .flatMap((one) => readdirSync(join(extensions, one)).map((version) => `${one} ${version}`));
}

describe.skipIf(!hasNamespaces)(
  'the CRX in a Chromium under policy (needs root and mount namespaces)',
  () => {
    it('[DST20, DST23, DST24] is installed without a question, to the byte', {
      timeout: 120_000,
    }, async () => {
      publish('0.1.0');
      openBrowser();
      await expect.poll(installed, LONG).toEqual([`${id} 0.1.0_0`]);
      const there = join(profile, 'Default/Extensions', id, '0.1.0_0');
      const list = readFileSync(join(there, 'build-files.txt'));
      expect(list.equals(readFileSync(join(folder, 'builds/0.1.0/chrome-mv3/build-files.txt')))).toBe(true);
      for (const line of list.toString().trim().split('\n')) {
        // The browser adds an update address to the manifest that it keeps; all else is as it was listed.
        if (line.endsWith('  manifest.json')) continue;
        const digest = createHash('sha256')
          .update(readFileSync(join(there, line.slice(66))))
          .digest('hex');
        expect(digest, line.slice(66)).toBe(line.slice(0, 64));
      }
    });

    it('[DST24] of a later version it takes that of the same key, and none of another', {
      timeout: 180_000,
    }, async () => {
      await closeBrowser();
      const other = join(folder, 'other.pem');
      newKey(other);
      publish('0.1.1', other);
      // The manifest names the id of the first: only what signed the CRX tells them apart.
      const updates = join(served, 'updates.xml');
      const text = readFileSync(updates, 'utf8').replace(/appid="[a-p]{32}"/, `appid="${id}"`);
      writeFileSync(updates, text);
      asked.length = 0;
      openBrowser();
      await expect.poll(() => asked, LONG).toContain('aboveboard-extension-0.1.1.crx');
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(installed()).toEqual([`${id} 0.1.0_0`]);
      await closeBrowser();

      publish('0.1.2');
      openBrowser();
      await expect.poll(installed, LONG).toContain(`${id} 0.1.2_0`);
    });
  },
);
