import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Lock = { packages: Record<string, { version?: string; integrity?: string; license?: string }> };

/**
 * CycloneDX 1.6: every package in what ships, and Node where that is in it, with version, licence and digest as the lockfile
 * pins them (DST10). An Error that names each package without one of them (DST11).
 */
export function sbom(
  root: string,
  product: { name: string; version: string },
  folders: readonly string[],
  withNode = true,
): unknown {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const faults: string[] = [];
  const components = [...(withNode ? ['node_modules/node'] : []), ...folders].map((folder) => {
    const { version, integrity, ...pinned } = lock.packages[folder] ?? {};
    const license = pinned.license ?? (version ? olderLicence(join(root, folder)) : null);
    const digest = /^sha512-([A-Za-z0-9+/]+=*)$/.exec(integrity ?? '')?.[1];
    if (!version || !license || !digest) faults.push(folder);
    const name = folder.slice('node_modules/'.length);
    return {
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      licenses: [{ expression: license }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from(digest ?? '', 'base64').toString('hex') }],
    };
  });
  if (faults.length > 0) {
    throw new Error(`DST11: The lockfile does not pin version, licence and SHA-512 of ${faults.join(', ')}.`);
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...product } },
    components,
  };
}

/** In the form of before npm's lockfiles, which they leave out; the digest pins that file as well. */
function olderLicence(folder: string): string | null {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    licenses?: { type: string }[];
  };
  return about.licenses?.map(({ type }) => type).join(' OR ') || null;
}
