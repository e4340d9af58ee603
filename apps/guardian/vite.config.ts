import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The guardian's pages. All that they load comes from the guardian.
export default defineConfig({
  root: `${import.meta.dirname}/pages`,
  plugins: [react()],
  build: {
    outDir: `${import.meta.dirname}/dist`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
