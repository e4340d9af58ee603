import { fileURLToPath } from 'node:url';
import { defineConfig } from 'wxt';
import shipped from '../../wxt.config.ts';
import { REGROUPING_FOLDER } from './build.ts';

/**
 * The extension as it ships, but it puts its parts together after some forty events and not after sixteen thousand:
 * a TEST BUILD, so that a kill in the middle of that is likely. It is built outside of the repository.
 */
const SHIPPED = /bytes: 1_?048_?576,\s*items: 16_?384/;

const regroupsOften = {
  name: 'regroups-often',
  transform(code: string, id: string) {
    if (!id.endsWith('/protocol/src/part-group.ts')) return null;
    if (!SHIPPED.test(code)) throw new Error('part-group.ts does not say when there is enough');
    return code.replace(SHIPPED, 'bytes: 16_384, items: 40');
  },
};

export default defineConfig({
  ...shipped,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  outDir: REGROUPING_FOLDER,
  vite: async (environment) => {
    const own = await shipped.vite?.(environment);
    return { ...own, plugins: [...(own?.plugins ?? []), regroupsOften] };
  },
});
