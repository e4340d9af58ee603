import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'rolldown';
import { bundledPackages, sbom } from './sbom.ts';
import { control, SCRIPTS, UNIT } from './unit.ts';

/**
 * The guardian as a single program and as a Debian package, of the same bytes whenever it is built from the same
 * sources, lockfile and Node (docs/adr/0060): times are fixed, owners are root, order is that of the names.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({
  options: { out: { type: 'string', default: join(ROOT, 'dist', 'guardian') } },
});
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const EPOCH = '1767225600';
const env = { ...process.env, SOURCE_DATE_EPOCH: EPOCH, TZ: 'UTC', LC_ALL: 'C' };

const out = values.out;
const work = mkdtempSync(join(tmpdir(), 'aboveboard-package-'));
const { version } = JSON.parse(readFileSync(join(ROOT, 'apps/cli/package.json'), 'utf8')) as {
  version: string;
};
const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
try {
  const binary = await program();
  const list = `${JSON.stringify(sbom(ROOT, version, bundledPackages(join(work, 'modules.json'))), null, 2)}\n`;
  writeFileSync(join(out, 'aboveboard-guardian.cdx.json'), list);
  const tree = debianTree(binary, list);
  const deb = join(out, `aboveboard-guardian_${version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', tree, deb], {
    env,
    stdio: 'ignore',
  });
  const tarball = join(out, `aboveboard-guardian-${version}-linux-${architecture}.tar.gz`);
  execFileSync(
    'sh',
    [
      '-c',
      `tar --sort=name --mtime=@${EPOCH} --owner=0 --group=0 --numeric-owner -cf - -C "$1" usr/bin/aboveboard-guardian | gzip -n1 > "$2"`,
      'sh',
      tree,
      tarball,
    ],
    { env },
  );
  for (const file of readdirSync(out).sort()) {
    console.log(
      `${createHash('sha256')
        .update(readFileSync(join(out, file)))
        .digest('hex')}  ${basename(file)}`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** One script, without what is the server's, and the pages put into a copy of the Node that runs this. */
async function program(): Promise<string> {
  const script = join(work, 'guardian.cjs');
  const { output } = await build({
    input: join(ROOT, 'apps/cli/src/guardian-binary.ts'),
    cwd: ROOT,
    platform: 'node',
    logLevel: 'warn',
    output: { file: script, format: 'cjs', codeSplitting: false },
  });
  writeFileSync(
    join(work, 'modules.json'),
    JSON.stringify(output.flatMap((one) => ('moduleIds' in one ? one.moduleIds : []))),
  );
  const pages = join(ROOT, 'apps/guardian/dist');
  const names = readdirSync(pages, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(pages.length + 1))
    .sort();
  if (!names.includes('index.html'))
    throw new Error('The pages are not built: npm run build -w @aboveboard/guardian');
  const config = join(work, 'sea.json');
  const blob = join(work, 'guardian.blob');
  writeFileSync(
    config,
    JSON.stringify({
      // As a bare name: the blob holds the path, and a temporary folder has another name each time.
      main: 'guardian.cjs',
      output: blob,
      disableExperimentalSEAWarning: true,
      // Both would write into the program what differs from build to build.
      useSnapshot: false,
      useCodeCache: false,
      assets: Object.fromEntries(names.map((name) => [name, join(pages, name)])),
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'ignore', cwd: work });
  const binary = join(work, 'aboveboard-guardian');
  copyFileSync(process.execPath, binary);
  chmodSync(binary, 0o755);
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/postject/dist/cli.js'), binary, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE],
    { stdio: 'ignore' },
  );
  return binary;
}

function debianTree(binary: string, list: string): string {
  const tree = join(work, 'tree');
  const put = (path: string, text: string, mode = 0o644) => {
    const target = join(tree, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, mode);
  };
  put('DEBIAN/control', control(version, architecture));
  for (const [name, text] of Object.entries(SCRIPTS)) put(`DEBIAN/${name}`, text, 0o755);
  put('lib/systemd/system/aboveboard-guardian.service', UNIT);
  put('usr/share/doc/aboveboard-guardian/sbom.cdx.json', list);
  put('usr/share/doc/aboveboard-guardian/copyright', readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  copyFileSync(binary, join(tree, 'usr/bin/aboveboard-guardian'));
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', tree]);
  execFileSync('find', [tree, '-exec', 'touch', '-h', '-d', `@${EPOCH}`, '{}', '+']);
  return tree;
}
