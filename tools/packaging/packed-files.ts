import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Product } from './product.ts';

const EPOCH = '1767225600';
const env = { ...process.env, SOURCE_DATE_EPOCH: EPOCH, TZ: 'UTC', LC_ALL: 'C' };

export type Packed = { product: Product; version: string; architecture: string };

/** What will lie on the disk, with times that are fixed and modes that do not depend on who builds. */
export function fileTree(
  root: string,
  work: string,
  { product, version, architecture }: Packed,
  made: { program: string; list: string },
): string {
  const { name } = product;
  const tree = join(work, 'tree');
  const put = (path: string, text: string, mode = 0o644) => {
    const target = join(tree, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, mode);
  };
  put('DEBIAN/control', product.control(version, architecture));
  for (const [script, text] of Object.entries(product.scripts)) put(`DEBIAN/${script}`, text, 0o755);
  for (const [path, text] of Object.entries(product.files)) put(path, text);
  put(`usr/share/doc/${name}/sbom.cdx.json`, made.list);
  put(`usr/share/doc/${name}/copyright`, readFileSync(join(root, 'LICENSE'), 'utf8'));
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  copyFileSync(made.program, join(tree, 'usr/bin', name));
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', tree]);
  execFileSync('find', [tree, '-exec', 'touch', '-h', '-d', `@${EPOCH}`, '{}', '+']);
  return tree;
}

export function debianPackage(tree: string, out: string, { product, version, architecture }: Packed): void {
  const file = join(out, `${product.name}_${version}_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', tree, file], {
    env,
    stdio: 'ignore',
  });
}

export function tarball(tree: string, out: string, { product, version, architecture }: Packed): void {
  const file = join(out, `${product.name}-${version}-linux-${architecture}.tar.gz`);
  const order = `--sort=name --mtime=@${EPOCH} --owner=0 --group=0 --numeric-owner`;
  execFileSync(
    'sh',
    [
      '-ec',
      `tar ${order} --exclude=./DEBIAN -cf "$2.tar" -C "$1" . && gzip -n1 < "$2.tar" > "$2" && rm "$2.tar"`,
    ].concat(['sh', tree, file]),
    { env },
  );
}
