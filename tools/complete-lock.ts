import { readFileSync, writeFileSync } from 'node:fs';

// node tools/complete-lock.ts: gives package-lock.json an entry for every platform's optional package.
//
// npm leaves an optional package out of the lockfile when the registry it asked does not have it (a mirror that
// keeps one platform), and `npm ci` then calls the lockfile out of step, on every platform. The entry that is
// added has the version that its parent names and the platform that its name says, and no digest, which nobody
// here could have checked. Run it after a dependency was added; `npm run house` says when it is needed.

type LockEntry = {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
export type Lockfile = { packages: Record<string, LockEntry> };

export type MissingPlatform = { parent: string; name: string; version: string };

/** Optional packages that a package of the lockfile names and the lockfile does not hold. */
export function missingPlatforms({ packages }: Lockfile): MissingPlatform[] {
  const missing: MissingPlatform[] = [];
  for (const [parent, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!held(packages, parent, name)) missing.push({ parent, name, version });
    }
  }
  return missing;
}

/** The lockfile with an entry for each of them, in npm's order. Throws for a name that says no platform. */
export function completed(lockfile: Lockfile): Lockfile {
  const packages = { ...lockfile.packages };
  for (const { parent, name, version } of missingPlatforms(lockfile)) {
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new RangeError(`${name} ${version} is not an exact version`);
    const dev = packages[parent]?.dev === true;
    packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev ? { dev } : {}),
      optional: true,
    };
  }
  const root = packages[''];
  const rest = Object.entries(packages).filter(([path]) => path !== '');
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lockfile, packages: { ...(root ? { '': root } : {}), ...Object.fromEntries(rest) } };
}

function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const os = /\b(android|darwin|freebsd|netbsd|openbsd|linux|openharmony|sunos|aix|win32|windows)\b/.exec(
    name,
  )?.[1];
  const cpu = /\b(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el)\b/.exec(name)?.[1];
  if (!os || !cpu) throw new RangeError(`${name} does not say its platform`);
  const libc = /musl/.test(name) ? ['musl'] : /gnu/.test(name) ? ['glibc'] : undefined;
  return { cpu: [cpu], ...(libc && os === 'linux' ? { libc } : {}), os: [os === 'windows' ? 'win32' : os] };
}

/** As npm resolves: beside the parent, or in a folder above it. */
function held(packages: Lockfile['packages'], parent: string, name: string): boolean {
  for (let at = parent; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (Object.hasOwn(packages, `${at === '' ? '' : `${at}/`}node_modules/${name}`)) return true;
    if (at === '') return false;
  }
}

if (import.meta.main) {
  const file = new URL('../package-lock.json', import.meta.url);
  const before = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
  const missing = missingPlatforms(before);
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(completed(before), null, 2)}\n`);
  console.log(`${missing.length} platform packages added to package-lock.json`);
}
