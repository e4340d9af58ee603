import { builtinModules } from 'node:module';
import { type Lockfile, missingPlatforms } from '../complete-lock.ts';
import { type Check, type Finding, isShipped, type Repository, workspaceOf } from './repository.ts';
import { syntaxOf } from './syntax.ts';

type PackageJson = Partial<
  Record<
    'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies',
    Record<string, string>
  >
>;
const KINDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;
const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const BUILTIN = new Set(builtinModules);

/** What ships depends on nothing that no decision record names and gives a reason for. */
export const decided: Check = {
  name: 'runtime dependencies are decided',
  run(repository) {
    const records = [...repository]
      .filter(([path]) => /^docs\/adr\/.+\.md$/.test(path))
      .map(([, text]) => text);
    return eachDependency(repository, (at, name, _, kind) => {
      if (kind === 'devDependencies' || name.startsWith('@aboveboard/')) return undefined;
      if (records.some((text) => text.includes(`\`${name}\``))) return undefined;
      return { at, message: `depends on ${name}, which no docs/adr names` };
    });
  },
};

/** A version is one version: ranges would resolve to older majors under an older Node. */
export const exact: Check = {
  name: 'exact versions',
  run: (repository) =>
    eachDependency(repository, (at, name, version) =>
      EXACT.test(version) ? undefined : { at, message: `${name} ${version} is not an exact version` },
    ),
};

/** What a workspace's shipped code imports stands in its own package.json. */
export const declared: Check = {
  name: 'imports are declared',
  run(repository) {
    const findings: Finding[] = [];
    for (const [path, text] of repository) {
      const home = workspaceOf(path);
      if (home === undefined || !isShipped(path) || !path.startsWith(`${home}/src/`)) continue;
      const manifest = json(repository.get(`${home}/package.json`) ?? '{}');
      const known = KINDS.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
      for (const { name, line } of syntaxOf(path, text).modules) {
        if (name.startsWith('.') || name.startsWith('node:') || name.startsWith('#')) continue;
        const wanted = name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/');
        if (BUILTIN.has(wanted) || known.includes(wanted)) continue;
        findings.push({
          at: `${path}:${line}`,
          message: `imports ${wanted}, which its package.json does not name`,
        });
      }
    }
    return findings;
  },
};

/** `npm ci` refuses a lockfile that leaves a platform out, on every platform. */
export const platforms: Check = {
  name: 'the lockfile holds every platform',
  run: (repository) =>
    missingPlatforms(JSON.parse(repository.get('package-lock.json') ?? '{"packages":{}}') as Lockfile).map(
      ({ name }) => ({
        at: 'package-lock.json',
        message: `leaves out ${name}: run node tools/complete-lock.ts`,
      }),
    ),
};

function eachDependency(
  repository: Repository,
  judge: (at: string, name: string, version: string, kind: string) => Finding | undefined,
): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!/(^|\/)package\.json$/.test(path)) continue;
    const manifest = json(text);
    for (const kind of KINDS) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
        const finding = judge(path, name, version, kind);
        if (finding) findings.push(finding);
      }
    }
  }
  return findings;
}

function json(text: string): PackageJson {
  return JSON.parse(text) as PackageJson;
}
