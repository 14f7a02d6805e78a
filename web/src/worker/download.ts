/** Files of the page's own origin, with progress. */
import { EngineError } from '../engine/types.ts';

/**
 * Fetches a file.
 * @param onProgress called with the bytes that have come
 * @throws EngineError `E_NETWORK` when it cannot be had
 */
export async function download(
  address: string,
  onProgress: (bytes: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const response = await fetch(address, { credentials: 'same-origin' });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      onProgress(length);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'E_NETWORK',
      `${address}: cannot be loaded (${reason})`,
      'the page needs all files of its folder beside it, from the server that it came from',
    );
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A JSON file. @throws EngineError `E_NETWORK`, also for what is no JSON */
export async function downloadJson(address: string): Promise<unknown> {
  const bytes = await download(address);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new EngineError(
      'E_NETWORK',
      `${address}: is no JSON`,
      'the server answers with something else in its place: does it know this file?',
    );
  }
}
