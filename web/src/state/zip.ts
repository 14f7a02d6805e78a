/** Archives made by the browser. */
import { createZip, type ZipEntry } from '../../../src/export/zip.ts';

async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([data as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Makes an archive; files keep their order. */
export async function zipBlob(entries: readonly ZipEntry[]): Promise<Blob> {
  const parts = await createZip(entries, deflate);
  return new Blob(parts as Uint8Array<ArrayBuffer>[], { type: 'application/zip' });
}
