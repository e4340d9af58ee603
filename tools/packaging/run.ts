import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { GUARDIAN } from './guardian.ts';
import { debianPackage, fileTree, type Packed, tarball } from './packed-files.ts';
import { RECORDER } from './recorder.ts';
import { sbom } from './sbom.ts';
import { singleProgram } from './single-program.ts';

/**
 * The guardian or the desktop recorder as a single program, a tarball and a Debian package, of the same bytes whenever
 * they are built from the same sources, lockfile and Node (docs/adr/0060, 0094): times are fixed, owners are root, order is
 * that of the names.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const PRODUCTS = { guardian: GUARDIAN, recorder: RECORDER };
const { values, positionals } = parseArgs({
  options: { out: { type: 'string' } },
  allowPositionals: true,
});
const [which] = positionals;
if (which !== 'guardian' && which !== 'recorder') throw new Error('Name what to pack: guardian or recorder.');

const product = PRODUCTS[which];
const out = values.out ?? join(ROOT, 'dist', which);
const { version } = JSON.parse(readFileSync(join(ROOT, 'apps/cli/package.json'), 'utf8')) as {
  version: string;
};
const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
const packed: Packed = { product, version, architecture };
const work = mkdtempSync(join(tmpdir(), 'aboveboard-package-'));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
try {
  const { path: program, folders } = await singleProgram(ROOT, work, product);
  const list = `${JSON.stringify(sbom(ROOT, { name: product.name, version }, folders), null, 2)}\n`;
  writeFileSync(join(out, `${product.name}.cdx.json`), list);
  const tree = fileTree(ROOT, work, packed, { program, list });
  debianPackage(tree, out, packed);
  tarball(tree, out, packed);
  copyFileSync(program, join(out, product.name));
  for (const file of readdirSync(out).sort()) {
    const digest = createHash('sha256')
      .update(readFileSync(join(out, file)))
      .digest('hex');
    console.log(`${digest}  ${basename(file)}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
