import { fileURLToPath } from 'node:url';
import { defineConfig, type UserManifest } from 'wxt';
import shipped from '../../apps/extension/wxt.config.ts';
import { UNMASKED_FOLDER, UNMASKED_NAME } from './unmasked-build.ts';

/**
 * The extension as it ships, but its masker masks nothing: a TEST BUILD, which shows that the search for
 * secrets of e2e finds all of them where there is no mask. It is built outside of the repository, and
 * nothing that ships imports it (e2e/unmasked.test.ts).
 */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  ...shipped,
  root: here('../../apps/extension'),
  outDir: UNMASKED_FOLDER,
  vite: async (environment) => {
    const own = await shipped.vite?.(environment);
    const find = '@aboveboard/redact/structural-masker';
    return { ...own, resolve: { alias: [{ find, replacement: here('unmasked-masker.ts') }] } };
  },
  manifest: { ...(shipped.manifest as UserManifest), name: UNMASKED_NAME },
});
