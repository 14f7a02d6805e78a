/** Word pieces against what Hugging Face's tokenizers give for the same words (checked by hand with that library). */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildByteLevelBpe, buildWordPiece } from '../weights/build-tokenizer.ts';
import { createPieceTokenizer, type PieceTokenizer } from './pieces.ts';

const vocabulary =
  '[PAD] [UNK] [CLS] [SEP] [MASK] доз ##ы й ё и е 1 ##2 ##0 мг 漢 𠀀 ##й ##ё a ##b σ ##σ ##ς , ##. x ##x й̆ [ ] s sep'.split(
    ' ',
  );

function wordPiece(settings: Record<string, unknown>): {
  pieces: PieceTokenizer;
  tokens: (word: string) => string;
} {
  const text = vocabulary.join('\n');
  const pieces = createPieceTokenizer(
    { tokenizer: buildWordPiece({ path: 'vocab.txt', text }, settings), settings },
    'tiny',
  );
  return { pieces, tokens: (word) => [...pieces.piecesOf(word)].map((id) => vocabulary[id]).join(' ') };
}

describe('WordPiece', () => {
  const cased = wordPiece({ do_lower_case: false });
  const uncased = wordPiece({});

  test.each([
    ['дозы', 'доз ##ы'],
    [' дозы ', 'доз ##ы'],
    ['дозы мг', 'доз ##ы мг'],
    ['120', '1 ##2 ##0'],
    ['a,b', 'a , [UNK]'],
    ['☃', '[UNK]'],
    ['😀👍', '[UNK]'],
    ['漢漢', '漢 漢'],
    ['𠀀𠀀', '𠀀 𠀀'],
    ['a𠀀a', 'a 𠀀 a'],
    ['\u200b', ''],
    ['\u00ad', ''],
    ['\u0001', ''],
    ['', ''],
    ['  ', ''],
    ['a\u200bb', 'a ##b'],
    ['й', 'й'],
    ['ё', 'ё'],
    ['йё', 'й ##ё'],
    ['Й', '[UNK]'],
    ['e\u0301', '[UNK]'],
    ['[SEP]', '[SEP]'],
    ['a[SEP]a', 'a [SEP] a'],
    ['[sep]', '[ sep ]'],
    ['x'.repeat(100), `x${' ##x'.repeat(99)}`],
    ['x'.repeat(101), '[UNK]'],
    ['x'.repeat(3000), '[UNK]'],
    ['x,'.repeat(1500), Array(1500).fill('x ,').join(' ')],
  ])('cased %j', (word, expected) => expect(cased.tokens(word)).toBe(expected));

  test.each([
    ['ДОЗЫ', 'доз ##ы'],
    ['Й', 'и'],
    ['ё', 'е'],
    ['Ё', 'е'],
    ['[SEP]', '[SEP]'],
    ['[Sep]', '[ sep ]'],
    ['ΣΣ', 'σ ##σ'],
  ])('uncased %j', (word, expected) => expect(uncased.tokens(word)).toBe(expected));

  test('accents are kept where the settings say so', () => {
    expect(wordPiece({ strip_accents: false }).tokens('ЙЁ')).toBe('й ##ё');
    expect(wordPiece({ do_lower_case: false, strip_accents: true }).tokens('йё')).toBe('[UNK]');
    expect(wordPiece({ do_lower_case: false, strip_accents: null }).tokens('йё')).toBe('й ##ё');
  });

  test('special ids, size, memory', () => {
    const { size, startId, endId, padId, piecesOf } = cased.pieces;
    expect({ size, startId, endId, padId }).toEqual({
      size: vocabulary.length,
      startId: 2,
      endId: 3,
      padId: 0,
    });
    expect(piecesOf('дозы')).toBe(piecesOf('дозы'));
    const renamed = wordPiece({ cls_token: 'x', pad_token: { content: 'мг', lstrip: false } }).pieces;
    expect([renamed.startId, renamed.padId]).toEqual([vocabulary.indexOf('x'), vocabulary.indexOf('мг')]);
  });

  test('settings override tokenizer.json, absent ones do not', () => {
    const tokenizer = buildWordPiece(
      { path: 'vocab.txt', text: vocabulary.join('\n') },
      { do_lower_case: false },
    );
    const first = (settings: object): number | undefined =>
      createPieceTokenizer({ tokenizer, settings }, 'tiny').piecesOf('ДОЗЫ')[0];
    expect(first({})).toBe(1);
    expect(first({ do_lower_case: true })).toBe(5);
    expect(first({ do_lower_case: true, tokenizer_class: 'PreTrainedTokenizerFast' })).toBe(1);
  });
});

test('byte-level BPE: no space is put in front, nothing is unknown', () => {
  const pieces = ['<s>', '<pad>', '</s>', '<unk>', '<mask>', 'Ġ', 'a', 'b', 'ab', 'Ġa', 'Ð', '¹', 'Ð¹'];
  const merges = 'Ð ¹\na b\nĠ a\n';
  const value = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const tokenizer = buildByteLevelBpe(
    { path: 'vocab.json', value },
    { path: 'merges.txt', text: merges },
    {},
  );
  const { piecesOf, startId, endId, padId } = createPieceTokenizer({ tokenizer, settings: {} }, 'tiny');
  const tokens = (word: string): string => [...piecesOf(word)].map((id) => pieces[id]).join(' ');
  expect([startId, endId, padId]).toEqual([0, 2, 1]);
  expect([tokens('ab'), tokens(' a'), tokens('йa'), tokens('</s>'), tokens('')]).toEqual([
    'ab',
    'Ġa',
    'Ð¹ a',
    '</s>',
    '',
  ]);
});

test('Unigram: words start with the mark, unknown characters give the unknown id', () => {
  const vocab = [
    ['<s>', 0],
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ['▁', -3],
    ['▁до', -1],
    ['зы', -2],
    ['д', -5],
  ];
  const tokenizer = {
    added_tokens: [0, 1, 2, 3].map((id) => ({ id, content: vocab[id]![0], special: true })),
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    model: { type: 'Unigram', unk_id: 3, vocab },
  };
  const { piecesOf, size } = createPieceTokenizer({ tokenizer, settings: {} }, 'tiny');
  expect([size, [...piecesOf('дозы')], [...piecesOf('☃')]]).toEqual([8, [5, 6], [4, 3]]);
});

test.each<[object, RegExp]>([
  [{}, /model\.vocab/],
  [{ model: { vocab: { a: 'b' } } }, /broken at its entry 1/],
  [{ model: { vocab: [['a', 0], ['b']] } }, /broken at its entry 2/],
  [{ model: { vocab: {} }, added_tokens: [{ id: 1 }] }, /added_tokens/],
  [{ model: { type: 'WordPiece', unk_token: '[UNK]', vocab: { a: 0 } } }, /without \[UNK\]/],
  [{ model: { type: 'Unigram', unk_id: null, vocab: [['a', 0]] } }, /unk_id/],
  [
    { model: { type: 'Other', unk_token: 'a', vocab: { a: 0, '<s>': 1 } }, normalizer: { type: 'Odd' } },
    /not supported.*Odd/,
  ],
  [{ model: { type: 'WordPiece', unk_token: 'a', vocab: { a: 0 } } }, /without \[CLS\] or <s>/],
])('tokenizer that cannot be used: %j', (tokenizer, message) => {
  const create = (): unknown => createPieceTokenizer({ tokenizer, settings: {} }, 'tokenizer.json');
  expect(create).toThrow(
    expect.objectContaining({ code: 'E_ENCODER', message: expect.stringMatching(message) }),
  );
});

const reference = resolve(import.meta.dirname, '../../../shared/reference');

describe.skipIf(!existsSync(reference))('the original W2NER', () => {
  test('same piece ids, same pieces of each word', () => {
    const read = (name: string): string => readFileSync(join(reference, name), 'utf8');
    const settings = JSON.parse(read('tiny-bert/tokenizer_config.json'));
    const text = read('tiny-bert/vocab.txt');
    const tokenizer = buildWordPiece({ path: 'vocab.txt', text }, settings);
    const { piecesOf, startId, endId } = createPieceTokenizer({ tokenizer, settings }, 'tiny-bert');
    const { single } = JSON.parse(read('w2ner-last-layer/expected.json')) as {
      single: { sentence: string[]; input_ids: number[]; pieces_of_word: number[][] }[];
    };
    expect(single.length).toBeGreaterThan(10);
    for (const { sentence, input_ids, pieces_of_word } of single) {
      const ids = [startId];
      const places = sentence.map((word) => [...piecesOf(word)].map((id) => ids.push(id) - 1));
      expect([...ids, endId]).toEqual(input_ids);
      expect(places).toEqual(pieces_of_word);
    }
  });
});
