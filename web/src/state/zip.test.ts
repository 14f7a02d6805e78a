/** Archives are read back by another program. */
import { expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { zipBlob } from './zip.ts';

test('files come back with their names', async () => {
  const files = { 'список.txt': 'Цитарабин '.repeat(500), 'folder/a.ann': '' };
  const zip = await zipBlob(
    Object.entries(files).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })),
  );
  expect(zip.size).toBeLessThan(1000);
  const archive = await fromBufferPromise(Buffer.from(await zip.arrayBuffer()));
  const found: Record<string, string> = {};
  for await (const entry of archive.eachEntry()) {
    const stream = await archive.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    found[entry.fileName] = Buffer.concat(chunks).toString('utf8');
  }
  expect(found).toEqual(files);
});
