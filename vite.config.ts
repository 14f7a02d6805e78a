/** Builds the page: `vite build` for the service, `vite build --mode browser` for the page that works alone. */
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  root: 'web',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    // The package's main build needs Node's Buffer.
    alias: [{ find: /^csv-stringify\/sync$/, replacement: 'csv-stringify/browser/esm/sync' }],
  },
  worker: { format: 'es' },
  build: {
    outDir: mode === 'browser' ? '../dist/web-static' : '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 5000,
  },
}));
