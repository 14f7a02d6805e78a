/** The pipeline: records, order, bounded batches, repeated sentences, failures, interruption. */
import { describe, expect, it } from 'vitest';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { UserError } from '../base/errors.ts';
import type { Document, Sentence } from '../document/types.ts';
import { type DocumentSource, type PipelineOptions, runPipeline } from './pipeline.ts';
import type { ExtractRecord } from './record.ts';
import { createSummary } from './summary.ts';

/** A document of one sentence a line, words separated by spaces. */
const source = (path: string, text: string): DocumentSource => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const document: Document = {
    path,
    name,
    source: text,
    encoding: 'utf-8',
    blocks: () => [],
    skipped: { code: 1 },
  };
  return { path, name, bytes: Buffer.byteLength(text), read: () => document };
};

function* split(document: Document): Generator<Sentence> {
  for (const line of document.source.matchAll(/[^\n]+/g)) {
    if (line[0] === 'СБОЙ')
      throw new UserError({ code: 'E_DECODE', where: document.path, message: 'bad byte' });
    const words = [...line[0].matchAll(/\S+/g)].map((word) => {
      const charStart = line.index + word.index;
      return { text: word[0], spans: [{ charStart, charEnd: charStart + word[0].length }] };
    });
    yield { blockIndex: 0, charStart: line.index, charEnd: line.index + line[0].length, words };
  }
}

const run = async (sources: DocumentSource[], options: Partial<PipelineOptions> = {}) => {
  const tagger = fakeTagger();
  const summary = createSummary(tagger.types);
  const records: ExtractRecord[] = [];
  for await (const record of runPipeline(sources, { tagger, split, ...options }, summary))
    records.push(record);
  return { records, summary, tagger };
};

const text = 'Цитарабин 100 мг / м2\nБез сущностей\nКТ и МРТ органов малого таза';

describe('runPipeline', () => {
  it('makes a record with places in the file', async () => {
    const { records } = await run([source('a/b.md', text)]);
    expect(records).toHaveLength(2);
    expect(records[0]).toEqual({
      source_file: 'b.md',
      start: 0,
      end: 21,
      sentence_text: 'Цитарабин 100 мг / м2',
      orig_sentence: 'Цитарабин 100 мг / м2',
      sentence: ['Цитарабин', '100', 'мг', '/', 'м2'],
      entities: [
        { type: 'DRUG', index: [0], text: 'Цитарабин', spans: [[0, 9]], score: 0.99 },
        { type: 'DOSAGE', index: [1, 2, 3, 4], text: '100 мг / м2', spans: [[10, 21]], score: 0.96 },
      ],
    });
    const ct = records[1]!.entities[0]!;
    expect(ct.text).toBe('КТ органов малого таза');
    expect(ct.spans.map(([a, b]) => text.slice(a, b))).toEqual(['КТ', 'органов малого таза']);
  });

  it('gives every sentence when asked, filters by type and score, counts what is left', async () => {
    const { records, summary } = await run([source('b.md', text)], {
      all: true,
      types: ['DOSAGE'],
      minScore: 0.9,
    });
    expect(records.map((record) => record.entities.length)).toEqual([1, 0, 0]);
    expect(summary).toMatchObject({ sentences: 3, sentencesWithEntities: 1, entities: 1, words: 13 });
    expect(summary.skipped).toEqual({ code: 1 });
    expect((await run([source('b.md', text)], { minScore: 0.985 })).summary.entities).toBe(1);
  });

  it('names the path only where file names clash', async () => {
    const { records } = await run(['x/a.md', 'y/a.md', 'b.md'].map((path) => source(path, 'цитарабин')));
    expect(records.map((record) => record.path)).toEqual(['x/a.md', 'y/a.md', undefined]);
  });

  it('keeps order across batches and tags a repeated sentence once', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => `цитарабин ${i % 10}`).join('\n');
    const batchLimits = { sentences: 7, words: 1000, characters: 1e6 };
    const { records, tagger, summary } = await run([source('a', lines), source('b', lines)], { batchLimits });
    expect(records.map((record) => record.sentence[1])).toEqual(
      Array.from({ length: 100 }, (_, i) => String(i % 10)),
    );
    expect(tagger.counts.sentences).toBe(10);
    expect(summary.repeated).toBe(90);
    expect(summary.files.map((file) => file.entities)).toEqual([50, 50]);
  });

  it('bounds the words of a batch', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i} `.repeat(10)).join('\n');
    const { tagger } = await run([source('a', lines)], {
      batchLimits: { sentences: 100, words: 50, characters: 1e6 },
    });
    expect(tagger.calls.map((call) => call.length)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('goes on after a file that fails and lists it', async () => {
    const broken: DocumentSource = {
      ...source('lost.md', ''),
      read: () =>
        Promise.reject(new UserError({ code: 'E_READ', where: 'lost.md', message: 'no such file' })),
    };
    const bug: DocumentSource = {
      ...source('bug.md', ''),
      read: () => {
        throw new TypeError('x is undefined');
      },
    };
    const { records, summary } = await run([
      broken,
      bug,
      source('half.md', 'цитарабин\nСБОЙ'),
      source('b.md', text),
    ]);
    expect(records.map((record) => record.source_file)).toEqual(['half.md', 'b.md', 'b.md']);
    expect(summary.failures.map(({ code, message }) => [code, message])).toEqual([
      ['E_READ', 'lost.md: no such file'],
      ['E_BUG', 'bug.md: x is undefined'],
      ['E_DECODE', 'half.md: bad byte (sentences in the results before that: 1)'],
    ]);
  });

  it('reports progress up to the end', async () => {
    const seen: number[] = [];
    await run([source('a', text), source('b', text)], {
      batchLimits: { sentences: 2, words: 1000, characters: 1e6 },
      onProgress: (progress) => seen.push(progress.bytesDone / progress.bytes),
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  it('stops when told to, and passes the tagger’s errors on', async () => {
    const stop = new AbortController();
    const batchLimits = { sentences: 1, words: 1000, characters: 1e6 };
    const stopped = run([source('a', text)], {
      signal: stop.signal,
      onProgress: () => stop.abort(),
      batchLimits,
    });
    await expect(stopped).rejects.toThrow('aborted');
    const tagger = { ...fakeTagger(), tag: () => Promise.reject(new Error('out of memory')) };
    await expect(run([source('a', text)], { tagger })).rejects.toThrow('out of memory');
  });
});
