import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The application, and the three practice pages that /try records. All that a page loads comes from here.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { proxy: { '/api': 'http://127.0.0.1:4870' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        app: `${import.meta.dirname}/index.html`,
        expense: `${import.meta.dirname}/practice/expense.html`,
        board: `${import.meta.dirname}/practice/board.html`,
        table: `${import.meta.dirname}/practice/table.html`,
      },
    },
  },
});
