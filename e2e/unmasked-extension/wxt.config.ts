import { fileURLToPath } from 'node:url';
import { defineConfig, type UserManifest } from 'wxt';
import shipped from '../../apps/extension/wxt.config.ts';
import { UNMASKED_NAME, unmaskedFolder, WITHOUT_NET } from './unmasked-build.ts';

/**
 * The extension as it ships, but its masker masks nothing: a TEST BUILD, which shows that the search for
 * secrets of e2e finds all of them where there is no mask. It is built outside of the repository, and
 * nothing that ships imports it (e2e/unmasked.test.ts).
 */

const net = !process.env[WITHOUT_NET];
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  ...shipped,
  root: here('../../apps/extension'),
  outDir: unmaskedFolder(net),
  vite: async (environment) => {
    const own = await shipped.vite?.(environment);
    const instead = (name: string, replacement: string) => ({
      find: `@aboveboard/redact/${name}`,
      replacement: here(replacement),
    });
    const alias = [instead('structural-masker', 'unmasked-masker.ts')];
    if (!net) alias.push(instead('opened-text', 'unread-text.ts'));
    return { ...own, resolve: { alias } };
  },
  manifest: { ...(shipped.manifest as UserManifest), name: UNMASKED_NAME },
});
