import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Lock = { packages: Record<string, { version?: string; integrity?: string; license?: string }> };

/** CycloneDX 1.6: Node and every package in the program, with version and digest as the lockfile pins them. */
export function sbom(
  root: string,
  product: { name: string; version: string },
  folders: readonly string[],
): unknown {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const components = ['node_modules/node', ...folders].map((folder) => {
    const pinned = lock.packages[folder];
    if (!pinned?.version) throw new Error(`The lockfile does not pin ${folder}, which is in the program.`);
    const name = folder.slice('node_modules/'.length);
    const digest = pinned.integrity?.replace(/^sha512-/, '');
    return {
      type: 'library',
      name,
      version: pinned.version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${pinned.version}`,
      ...(pinned.license ? { licenses: [{ expression: pinned.license }] } : {}),
      ...(digest
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
        : {}),
    };
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...product } },
    components,
  };
}
