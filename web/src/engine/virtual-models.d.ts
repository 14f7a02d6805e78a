/** What the build of the page that works alone puts beside it (scripts/static-page.ts); addresses relative to the page. */
declare module 'virtual:w2ner-static' {
  import type { ModelInfo } from './types.ts';

  export const models: readonly (ModelInfo & { readonly folder: string })[];
  /** Absent while developing: kept files would hide changes. */
  export const serviceWorker: string | null;
  export const runtime: { readonly mjs: string; readonly wasm: string };
}
