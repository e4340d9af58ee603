import type { Check } from './repository.ts';

/** A file is named for the noun that it owns; these own nothing. */
const ATTICS = new Set([
  'util',
  'utils',
  'utilities',
  'helper',
  'helpers',
  'common',
  'shared',
  'misc',
  'stuff',
  'types',
]);

export const names: Check = {
  name: 'file and folder names',
  run(repository) {
    const seen = new Set<string>();
    for (const path of repository.keys()) {
      if (!/^(packages|apps|tools|bench|e2e)\//.test(path)) continue;
      const parts = path.split('/');
      for (let i = 0; i < parts.length; i++) {
        const bare = (parts[i] as string).replace(/\..*$/, '');
        if (ATTICS.has(bare.toLowerCase())) seen.add(parts.slice(0, i + 1).join('/'));
      }
    }
    return [...seen].map((at) => ({ at, message: 'is named for nothing that it owns' }));
  },
};
