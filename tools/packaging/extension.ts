import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CrxFault, crxKey, extensionId, packCrx, readCrx } from './crx.ts';
import { type BuiltFiles, buildOf, packArchive, readArchive } from './listed-archive.ts';
import { sbom } from './sbom.ts';
import { updateManifest } from './update-manifest.ts';

/**
 * The extension as a CRX of the organisation's own key, with the manifest that updates come by:
 *   npm run package:extension -- --key recorder.pem --address https://records.example/recorder/ [--out DIR]
 *   npm run package:extension -- --new-key recorder.pem
 *   node tools/packaging/extension.ts --check FILE.crx     whose it is, and which build is in it
 */
const ROOT = join(import.meta.dirname, '..', '..');
const NAME = 'aboveboard-extension';

async function pack(keyFile: string, address: string, out: string, built: string): Promise<void> {
  if ((statSync(keyFile).mode & 0o077) !== 0) {
    throw new CrxFault(`DST22: Others may read ${keyFile}, which decides what is installed: chmod 600.`);
  }
  const key = crxKey(readFileSync(keyFile, 'utf8'));
  const place = folderAddress(address);
  if (!existsSync(join(built, 'manifest.json'))) throw new CrxFault(`The extension is not built: ${built}.`);
  const files = filesIn(built);
  const build = buildOf(files);
  const { version } = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as { version: string };
  const crx = packCrx(await packArchive(files), key);
  // What goes out is what the reader of whoever checks it makes of it.
  const read = readCrx(crx);
  const id = extensionId(key);
  if (read.id !== id || buildOf(await readArchive(read.archive)) !== build) {
    throw new CrxFault('DST21: What was packed does not read as what was built.');
  }
  const name = `${NAME}-${version}.crx`;
  const made: Record<string, Uint8Array | string> = {
    [name]: crx,
    'updates.xml': updateManifest({ id, version, sha256: sha256(crx), address: new URL(name, place).href }),
    [`${NAME}.cdx.json`]: `${JSON.stringify(sbom(ROOT, { name: NAME, version }, bundled(built), false), null, 2)}\n`,
  };
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [file, content] of Object.entries(made)) writeFileSync(join(out, file), content);
  console.log(`id     ${id}`);
  console.log(`build  ${build}   as an agreement lists it`);
  for (const file of Object.keys(made).sort())
    console.log(`${sha256(readFileSync(join(out, file)))}  ${file}`);
}

async function check(file: string): Promise<void> {
  const { id, archive } = readCrx(readFileSync(file));
  const files = await readArchive(archive);
  const { version } = JSON.parse(
    Buffer.from(files.get('manifest.json') ?? Buffer.from('{}')).toString('utf8'),
  ) as { version?: string };
  console.log(
    `id     ${id}\nversion ${version ?? 'none'}\nbuild  ${buildOf(files)}   as an agreement lists it`,
  );
}

function filesIn(folder: string): BuiltFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Map(
    entries.map((one) => {
      const path = join(one.parentPath, one.name);
      return [path.slice(folder.length + 1), new Uint8Array(readFileSync(path))];
    }),
  );
}

/** Written by the build, beside what ships. */
function bundled(built: string): string[] {
  return JSON.parse(readFileSync(join(built, '..', 'bundled-packages.json'), 'utf8')) as string[];
}

/** What browsers install without a question is not to be changed on the way. */
function folderAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const local = url?.protocol === 'http:' && url.hostname === '127.0.0.1';
  if (!url || !(url.protocol === 'https:' || local) || !url.pathname.endsWith('/') || url.username !== '') {
    throw new CrxFault('DST23: --address is a folder on your server: https://…/ with a slash at its end.');
  }
  return url;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const { values } = parseArgs({
  options: Object.fromEntries(
    ['key', 'new-key', 'address', 'out', 'built', 'check'].map((name) => [name, { type: 'string' } as const]),
  ),
});
const { key, address, out, built } = values;
try {
  if (values['check']) await check(values['check']);
  else if (values['new-key']) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(values['new-key'], pem, { flag: 'wx', mode: 0o600 });
    console.log(`id     ${extensionId(privateKey)}`);
  } else if (key && address) {
    const from = built ?? join(ROOT, 'apps/extension/.output/chrome-mv3');
    await pack(key, address, out ?? join(ROOT, 'dist/extension'), from);
  } else throw new CrxFault('Name --key and --address, or --new-key, or --check.');
} catch (error) {
  if (!(error instanceof CrxFault) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
