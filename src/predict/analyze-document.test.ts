/** A document in one object: places, filters, counts, progress, stopping. */
import { describe, expect, it } from 'vitest';
import { fakeTagger } from '../../test/fake-tagger.ts';
import { documentFromString } from '../document/from-string.ts';
import { analyzeDocument } from './analyze-document.ts';

const text =
  '# Лечение\n\nНазначают цитарабин в дозе 100 мг/м2.\n\nПоказаны **КТ** и МРТ органов малого таза.\n';
const document = documentFromString('схема.md', text, 'markdown');

describe('analyzeDocument', () => {
  it('holds every sentence, with words and entities that slice back', async () => {
    const result = await analyzeDocument(document, fakeTagger());
    expect(result.sentences.map(({ sentence_text }) => sentence_text)).toEqual([
      'Лечение',
      'Назначают цитарабин в дозе 100 мг / м 2 .',
      'Показаны КТ и МРТ органов малого таза .',
    ]);
    for (const { sentence, word_spans } of result.sentences)
      expect(word_spans.map((spans) => spans.map(([a, b]) => result.text.slice(a, b)).join(''))).toEqual(
        sentence,
      );
    const slices = result.sentences.flatMap(({ entities }) =>
      entities.map(({ type, spans }) => [type, ...spans.map(([a, b]) => text.slice(a, b))]),
    );
    expect(slices).toEqual([
      ['DRUG', 'цитарабин'],
      ['DOSAGE', '100 мг/м2'],
      ['PROCEDURE / TEST', 'КТ', 'органов малого таза'],
      ['PROCEDURE / TEST', 'МРТ органов малого таза'],
    ]);
    expect(result).toMatchObject({ name: 'схема.md', format: 'markdown', model: 'fake', text });
    expect(result.blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['heading', 'Лечение'],
      ['paragraph', 'Назначают цитарабин в дозе 100 мг/м2.'],
      ['paragraph', 'Показаны **КТ** и МРТ органов малого таза.'],
    ]);
    expect(result.summary).toMatchObject({ sentences: 3, entities: 4, windowed: 0, bounded: 0, skipped: {} });
    expect(result.summary.byType).toMatchObject({ DRUG: 1, DOSAGE: 1, 'PROCEDURE / TEST': 2 });
  });

  it('keeps the types and scores asked for', async () => {
    const result = await analyzeDocument(document, fakeTagger(), {
      types: ['drug', 'dosage'],
      minScore: 0.97,
    });
    expect(result.summary.byType).toEqual({ DRUG: 1, DOSAGE: 0 });
    expect(result.sentences).toHaveLength(3);
    await expect(analyzeDocument(document, fakeTagger(), { types: ['погода'] })).rejects.toMatchObject({
      code: 'E_TYPE',
    });
  });

  it('tells how far it is, and stops between batches', async () => {
    const long = documentFromString('б.txt', 'Назначают цитарабин.\n\n'.repeat(600), 'text');
    const seen: [number, number][] = [];
    await analyzeDocument(long, fakeTagger(), { onProgress: (...counts) => seen.push(counts) });
    expect(seen[0]).toEqual([0, 600]);
    expect(seen.at(-1)).toEqual([600, 600]);
    expect(seen.length).toBeGreaterThan(2);

    const stop = new AbortController();
    let calls = 0;
    const running = analyzeDocument(long, fakeTagger(), {
      signal: stop.signal,
      onProgress: () => ++calls === 2 && stop.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    expect(calls).toBe(2);
  });

  it('tells what abbreviations the document explains, and the model when it reads that', async () => {
    const source = 'Показана позитронно-эмиссионная томография (ПЭТ). После ПЭТ назначают ХТ.\n';
    const explained = documentFromString('а.txt', source, 'text');
    const expected = { ПЭТ: 'позитронно-эмиссионная томография' };
    const plain = fakeTagger();
    expect((await analyzeDocument(explained, plain)).abbreviations).toEqual(expected);
    expect(plain.calls.flat(2).join(' ')).not.toContain('\u001f');
    const reading = { ...fakeTagger(), readsMeanings: true };
    const { abbreviations, sentences } = await analyzeDocument(explained, reading);
    expect(abbreviations).toEqual(expected);
    expect(reading.calls[0]![1]).toEqual([
      'После',
      'ПЭТ\u001fпозитронно эмиссионная томография',
      'назначают',
      'ХТ',
      '.',
    ]);
    expect(sentences[1]!.sentence).toEqual(['После', 'ПЭТ', 'назначают', 'ХТ', '.']);
  });

  it('gives empty lists for an empty document', async () => {
    const result = await analyzeDocument(documentFromString('п.txt', '', 'text'), fakeTagger());
    expect(result).toMatchObject({ text: '', blocks: [], sentences: [], recommendations: [] });
  });
});
