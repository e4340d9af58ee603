import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crxKey, extensionId, packCrx, readCrx } from '../crx.ts';
import { buildOf, packArchive, readArchive } from '../listed-archive.ts';
import { sbom } from '../sbom.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROGRAM = join(ROOT, 'tools/packaging/extension.ts');
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-extension-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

function built(files: Record<string, string>): Map<string, Uint8Array> {
  const map = new Map(Object.entries(files).map(([name, text]) => [name, bytesOf(text)]));
  const names = [...map.keys()].sort();
  const list = names.map((name) => `${sha256(map.get(name) as Uint8Array)}  ${name}\n`).join('');
  return map.set('build-files.txt', bytesOf(list));
}

const FILES = { 'manifest.json': '{"version":"1.2.3"}', 'chunks/one.js': 'one'.repeat(999), 'empty.txt': '' };
let key: KeyObject;
let crx: Uint8Array;
beforeAll(async () => {
  key = rsa(2048);
  crx = packCrx(await packArchive(built(FILES)), key);
});

describe('a CRX of the recorder', () => {
  it('[DST20] is the same bytes of the same files and key, and reads as what went in', async () => {
    const again = packCrx(await packArchive(new Map([...built(FILES)].reverse())), key);
    expect(Buffer.from(again).equals(crx)).toBe(true);
    const { id, archive } = readCrx(crx);
    expect(id).toBe(extensionId(key));
    const files = await readArchive(archive);
    expect(Object.fromEntries([...files].map(([name, one]) => [name, Buffer.from(one).toString()]))).toEqual(
      Object.fromEntries([...built(FILES)].map(([name, one]) => [name, Buffer.from(one).toString()])),
    );
    expect(buildOf(files)).toBe(sha256(built(FILES).get('build-files.txt') as Uint8Array));
  });

  it('[DST20] has the id that OpenSSL makes of the key, and an archive that other programs read', () => {
    const pem = join(folder, 'id.pem');
    writeFileSync(pem, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const line = `openssl rsa -in "$1" -pubout -outform DER 2>/dev/null | sha256sum | cut -c1-32 | tr 0-9a-f a-p`;
    expect(execFileSync('sh', ['-ec', line, 'sh', pem], { encoding: 'utf8' }).trim()).toBe(extensionId(key));
    const zip = join(folder, 'archive.zip');
    writeFileSync(zip, readCrx(crx).archive);
    const listed = execFileSync('python3', ['-m', 'zipfile', '-t', zip], { encoding: 'utf8' });
    expect(listed).toContain('Done testing');
  });

  it('[DST21] with any one byte changed is refused', async () => {
    // Each of the head and the header; of the archive every 13th.
    const header = 12 + Buffer.from(crx).readUInt32LE(8);
    for (let at = 0; at < crx.length; at += at < header ? 1 : 13) {
      const changed = new Uint8Array(crx);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => readCrx(changed), `byte ${at}`).toThrow(/^DST21: /);
    }
    for (const length of [0, 3, 11, 12, header - 1, header, crx.length - 1]) {
      expect(() => readCrx(crx.slice(0, length)), `${length} bytes`).toThrow(/^DST21: /);
    }
  });

  it('[DST21] signed by another key under the id of the first, twice, or by a weak one, is refused', async () => {
    const file = Buffer.from(crx);
    const length = file.readUInt32LE(8);
    const [header, archive] = [file.subarray(12, 12 + length), file.subarray(12 + length)];
    const other = Buffer.from(packCrx(archive, rsa(2048)));
    const otherHeader = other.subarray(12, 12 + other.readUInt32LE(8));
    const withHeader = (one: Buffer) => {
      const head = Buffer.from(file.subarray(0, 12));
      head.writeUInt32LE(one.length, 8);
      return Buffer.concat([head, one, archive]);
    };
    // Its proof is another key's, what it says of its id is the first one's: 22 bytes at the end.
    const mixed = Buffer.concat([otherHeader.subarray(0, -22), header.subarray(-22)]);
    expect(() => readCrx(withHeader(mixed))).toThrow('its id is not that of its key');
    expect(() => readCrx(withHeader(Buffer.concat([otherHeader, header])))).toThrow('more than one field');
    expect(() => readCrx(packCrx(archive, rsa(1024)))).toThrow('at least 2048 bits');
  });

  it('[DST20, DST21] holds what the list names and nothing else; every difference is named', async () => {
    const more = built(FILES).set('more.js', bytesOf('more'));
    more.set('chunks/one.js', bytesOf('other'));
    more.delete('empty.txt');
    const fault = await packArchive(more).then(
      () => '',
      (error: Error) => error.message,
    );
    for (const name of ['more.js', 'chunks/one.js', 'empty.txt']) expect(fault).toContain(name);
    const archive = readCrx(crx).archive;
    // A directory that names what the files before it do not: from there a browser unpacks.
    const directory = Buffer.from(archive);
    const at = directory.lastIndexOf('chunks/one.js');
    directory.write('chunks/two.js', at);
    await expect(readArchive(directory)).rejects.toThrow('directory');
    await expect(readArchive(Buffer.concat([archive, Buffer.from('more')]))).rejects.toThrow('directory');
  });

  it('[DST22] is signed by no key that is weak, of another kind, or none', () => {
    const pem = (one: KeyObject) => one.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(extensionId(crxKey(pem(key)))).toBe(extensionId(key));
    expect(() => crxKey(pem(rsa(1024)))).toThrow(/^DST22: .*2048/);
    expect(() => crxKey(pem(generateKeyPairSync('ed25519').privateKey))).toThrow(/^DST22: .*RSA/);
    expect(() => crxKey('nothing')).toThrow(/^DST22: /);
  });
});

describe('npm run package:extension', () => {
  const out = join(folder, 'out');
  const pem = join(folder, 'recorder.pem');
  const from = join(folder, 'built/chrome-mv3');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8' });
  const pack = (address = 'https://records.example/a&b/') =>
    run('--key', pem, '--address', address, '--out', out, '--built', from);
  beforeAll(() => {
    for (const [name, content] of built(FILES)) {
      mkdirSync(join(from, name, '..'), { recursive: true });
      writeFileSync(join(from, name), content);
    }
    writeFileSync(join(from, '../bundled-packages.json'), '["node_modules/zod"]');
  });

  it('[DST22] makes a key that its owner alone reads, once, and refuses one that others read', () => {
    expect(run('--new-key', pem).stdout).toContain(extensionId(crxKey(readFileSync(pem, 'utf8'))));
    expect(statSync(pem).mode & 0o777).toBe(0o600);
    const before = readFileSync(pem);
    expect(run('--new-key', pem).status).toBe(1);
    expect(readFileSync(pem).equals(before)).toBe(true);
    chmodSync(pem, 0o640);
    expect(pack()).toMatchObject({ status: 1, stderr: expect.stringContaining('DST22') });
    chmodSync(pem, 0o600);
  });

  it('[DST10, DST20, DST22, DST23] writes the CRX, the update manifest and the list, and nothing of the key', () => {
    expect(pack()).toMatchObject({ status: 0, stderr: '' });
    const first = readdirSync(out).map((name) => [name, sha256(readFileSync(join(out, name)))]);
    expect(pack().status).toBe(0);
    expect(readdirSync(out).map((name) => [name, sha256(readFileSync(join(out, name)))])).toEqual(first);
    const file = readFileSync(join(out, 'aboveboard-extension-1.2.3.crx'));
    const { id } = readCrx(file);
    const manifest = readFileSync(join(out, 'updates.xml'), 'utf8');
    expect(manifest).toContain(`appid="${id}"`);
    expect(manifest).toContain(`version="1.2.3" hash_sha256="${sha256(file)}"`);
    expect(manifest).toContain('codebase="https://records.example/a&amp;b/aboveboard-extension-1.2.3.crx"');
    const list = JSON.parse(readFileSync(join(out, 'aboveboard-extension.cdx.json'), 'utf8'));
    expect(list.components.map(({ name }: { name: string }) => name)).toEqual(['zod']);
    const secret = crxKey(readFileSync(pem, 'utf8')).export({ format: 'jwk' }).d as string;
    for (const name of readdirSync(out)) {
      expect(readFileSync(join(out, name)).includes(Buffer.from(secret, 'base64url')), name).toBe(false);
    }
    const checked = run('--check', join(out, 'aboveboard-extension-1.2.3.crx'));
    expect(checked.stdout).toContain(id);
    expect(checked.stdout).toContain(sha256(built(FILES).get('build-files.txt') as Uint8Array));
    writeFileSync(join(out, 'bad.crx'), file.subarray(0, -1));
    expect(run('--check', join(out, 'bad.crx'))).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('DST21'),
    });
  });

  it.each(['http://records.example/', 'https://records.example/file', 'https://u:p@records.example/', 'x'])(
    '[DST23] takes no address %s',
    (address) => {
      rmSync(out, { recursive: true, force: true });
      expect(pack(address)).toMatchObject({ status: 1, stderr: expect.stringContaining('DST23') });
      expect(existsSync(out)).toBe(false);
    },
  );
});

describe('the list of what is in a package', () => {
  it('[DST10] has a licence that only the package itself says, in the form of before', () => {
    const { components } = sbom(ROOT, { name: 'a', version: '1.2.3' }, ['node_modules/x11'], false) as {
      components: { licenses: unknown }[];
    };
    expect(components[0]?.licenses).toEqual([{ expression: 'MIT' }]);
  });

  it('[DST11] names at once all that the lockfile does not pin', () => {
    const about = { name: 'a', version: '1.2.3' };
    expect(() => sbom(ROOT, about, ['node_modules/nobody', 'node_modules/zod', 'node_modules/none'])).toThrow(
      'node_modules/nobody, node_modules/none',
    );
  });
});
