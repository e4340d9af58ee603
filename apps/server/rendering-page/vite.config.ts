import { defineConfig } from 'vite';

// One page without a server: the renderer answers its requests from dist/ itself and refuses all others.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: `${import.meta.dirname}/../dist/rendering`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
