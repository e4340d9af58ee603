import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'rolldown';
import type { Product } from './product.ts';

const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** `folders`: those in `node_modules` of what went into it. */
export type SingleProgram = { path: string; folders: string[] };

/** One script, with pages and libraries beside it, put into a copy of the Node that runs this (docs/adr/0060). */
export async function singleProgram(root: string, work: string, product: Product): Promise<SingleProgram> {
  const main = `${product.name}.cjs`;
  const { output } = await build({
    input: join(root, product.entry),
    cwd: root,
    platform: 'node',
    logLevel: 'warn',
    plugins: product.libraries.length > 0 ? [sharpFromProgram(root)] : [],
    output: { file: join(work, main), format: 'cjs', codeSplitting: false },
  });
  const blob = join(work, `${product.name}.blob`);
  const config = join(work, 'sea.json');
  writeFileSync(
    config,
    JSON.stringify({
      // As a bare name: the blob holds the path, and a temporary folder has another name each time.
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      // Both would write into the program what differs from build to build.
      useSnapshot: false,
      useCodeCache: false,
      assets: { ...pageAssets(root, product.pages), ...libraryAssets(root, product.libraries) },
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'ignore', cwd: work });
  const path = join(work, product.name);
  copyFileSync(process.execPath, path);
  chmodSync(path, 0o755);
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/postject/dist/cli.js'), path, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE],
    { stdio: 'ignore' },
  );
  const modules = output.flatMap((one) => ('moduleIds' in one ? one.moduleIds : []));
  const libraries = product.libraries.map((name) => `node_modules/${name}`);
  return { path, folders: [...new Set([...bundledPackages(modules), ...libraries])].sort() };
}

/** The folders in `node_modules` of the modules that the bundler names. */
export function bundledPackages(modules: readonly string[]): string[] {
  const folders = modules.map((id) => /^.*\/(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]);
  return [...new Set(folders.filter((one) => one !== undefined))].sort();
}

function pageAssets(root: string, pages: string | null): Record<string, string> {
  if (pages === null) return {};
  const folder = join(root, pages);
  const names = existsSync(folder) ? filesIn(folder) : [];
  if (!names.includes('index.html')) throw new Error(`The pages are not built: ${pages} has no index.html`);
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}

/** Where they were below `node_modules`: each finds the next one beside it, as the linker knows it. */
function libraryAssets(root: string, packages: readonly string[]): Record<string, string> {
  const modules = join(root, 'node_modules');
  const found = packages.flatMap((name) => {
    const files = filesIn(join(modules, name)).filter((file) => /\.(node|so[.\d]*)$/.test(file));
    if (files.length === 0) throw new Error(`${name} has no library.`);
    return files.map((file) => `${name}/${file}`);
  });
  return Object.fromEntries(found.map((file) => [file, join(modules, file)]));
}

/** `sharp` asks for its library by the name of a package; in the program it is unpacked and loaded from there. */
function sharpFromProgram(root: string): Plugin {
  const LIBRARY = '\0sharp-library';
  return {
    name: 'sharp-from-program',
    resolveId(id) {
      // The module that `import` would get finds its library by `createRequire`, which no bundler follows.
      if (id === 'sharp') return join(root, 'node_modules/sharp/dist/index.cjs');
      return id === `@img/sharp-linux-${process.arch}/sharp.node` ? LIBRARY : null;
    },
    load(id) {
      if (id !== LIBRARY) return null;
      const loader = JSON.stringify(join(root, 'apps/desktop/src/packed-library.ts'));
      return `module.exports = require(${loader}).loadPackedLibrary(/\\.node$/);`;
    },
  };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort();
}
