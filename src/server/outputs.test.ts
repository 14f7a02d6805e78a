/** Answers in other formats: each is what its name says, several files come as an archive that others can open. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fromBuffer } from 'yauzl';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { documentFromString } from '../document/from-string.ts';
import { createZip } from '../export/zip.ts';
import { analyzeDocument } from '../predict/analyze-document.ts';
import { outputNames, renderResult } from './outputs.ts';

const text = '# Лечение\n\nРекомендуется **цитарабин** 100 мг/м2.\n\nКТ и МРТ органов малого таза.\n';
const result = await analyzeDocument(documentFromString('лимфома.md', text, 'markdown'), fakeTagger());
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The files of an archive, read by another program's rules. */
function unzip(bytes: Uint8Array): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    fromBuffer(Buffer.from(bytes), { lazyEntries: true, validateEntrySizes: true }, (error, archive) => {
      if (archive === undefined) return reject(error);
      const files: Record<string, string> = {};
      archive.on('entry', (entry) => {
        archive.openReadStream(entry, async (failure, stream) => {
          if (stream === undefined) return reject(failure);
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(chunk as Buffer);
          files[entry.fileName] = Buffer.concat(chunks).toString();
          archive.readEntry();
        });
      });
      archive.on('error', reject);
      archive.on('end', () => resolve(files));
      archive.readEntry();
    });
  });
}

describe('answers', () => {
  test('as JSON are the whole result', async () => {
    const { fileName, contentType, body, entities } = await renderResult(result, 'json');
    expect(JSON.parse(decode(body))).toEqual(JSON.parse(JSON.stringify(result)));
    expect([fileName, contentType, entities]).toEqual([undefined, 'application/json; charset=utf-8', 5]);
  });

  test.each([
    ['jsonl', 'лимфома.jsonl', /"entities":\[.*цитарабин/],
    ['csv', 'лимфома.csv', /DRUG.*цитарабин/],
    ['html', 'лимфома.html', /<!doctype html>/i],
    ['conll', 'лимфома.conll', /^цитарабин\s+B-DRUG/m],
    ['label-studio', 'лимфома.label-studio.json', /"labels":/],
  ])('as %s', async (output, name, content) => {
    const { fileName, body, contentType } = await renderResult(result, output);
    if (contentType === 'application/zip') {
      const files = await unzip(body);
      expect(fileName).toBe(`лимфома.${output}.zip`);
      expect(Object.keys(files)[0]).toBe(name);
      expect(Object.values(files)[0]).toMatch(content);
    } else {
      expect(fileName).toBe(name);
      expect(decode(body)).toMatch(content);
    }
  });

  test('as BRAT are an archive of a folder', async () => {
    const { fileName, body } = await renderResult(result, 'brat');
    const files = await unzip(body);
    expect(fileName).toBe('лимфома.brat.zip');
    const annotations = Object.entries(files).find(([name]) => name.endsWith('.ann'))!;
    expect(annotations[1]).toMatch(/^T1\tDRUG|\tцитарабин$/m);
    expect(Object.entries(files).find(([name]) => name.endsWith('.txt'))![1]).toBe(text);
  });

  test('count what a flat format cannot hold', async () => {
    expect((await renderResult(result, 'conll')).lost).toBeGreaterThan(0);
    expect((await renderResult(result, 'csv')).lost).toBe(0);
  });

  test('can be had in every format that is offered', async () => {
    for (const output of outputNames) {
      const { body, contentType } = await renderResult(result, output);
      expect(body.length, output).toBeGreaterThan(0);
      expect(contentType, output).toMatch(/^[\w.+-]+\/[\w.+-]+/);
    }
  });
});

test('an archive keeps names, order and bytes', async () => {
  const names = ['б.txt', 'folder/a.txt', 'empty'];
  const contents = ['текст'.repeat(1000), 'x', ''];
  const entries = names.map((name, i) => ({ name, data: new TextEncoder().encode(contents[i]) }));
  const files = await unzip(Buffer.concat(await createZip(entries, deflateRawSync)));
  expect([Object.keys(files), Object.values(files)]).toEqual([names, contents]);
});
