/** Builds the page: `vite build` for the service, `vite build --mode browser` for the page that works alone. */
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type UserConfig } from 'vite';

export default defineConfig(
  async ({ mode }): Promise<UserConfig> => ({
    root: 'web',
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: mode === 'browser' ? [(await import('./scripts/static-page.ts')).staticPage()] : [],
    resolve: {
      // The build of ONNX Runtime whose WebAssembly lies beside the page, instead of inside the script.
      conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
      alias: [
        // Its build for browsers asks the page's document, which a worker has none of; this one has a table.
        {
          find: /^decode-named-character-reference$/,
          replacement: fileURLToPath(import.meta.resolve('decode-named-character-reference')),
        },
      ],
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
  }),
);
