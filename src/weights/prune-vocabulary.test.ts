/** Cut vocabularies: what stays, and that covered text keeps its pieces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTokenizer, createPieceTokenizer, pieceIds, type TokenizerFiles } from '../text/pieces.ts';
import { buildByteLevelBpe, buildWordPiece } from './build-tokenizer.ts';
import { type KeptText, pruneTokenizer } from './prune-vocabulary.ts';

/** The pieces of a word, as text. */
function splitter(files: TokenizerFiles): (word: string) => string[] {
  const { piecesOf } = createPieceTokenizer(files, 'tiny');
  const pieces = new Map(
    [...pieceIds(checkTokenizer(files.tokenizer, 'tiny'))].map(([piece, id]) => [id, piece]),
  );
  return (word) => Array.from(piecesOf(word), (id) => pieces.get(id)!);
}

const piecesLeft = (files: TokenizerFiles): string[] =>
  [...pieceIds(checkTokenizer(files.tokenizer, 'tiny'))].sort((a, b) => a[1] - b[1]).map(([piece]) => piece);

/** Checks that words are split as before, and that `kept` says which row became which. */
function expectSame(files: TokenizerFiles, keep: KeptText, words: readonly string[]): void {
  const { files: cut, kept } = pruneTokenizer(files, keep);
  const [before, after] = [createPieceTokenizer(files, 'before'), createPieceTokenizer(cut, 'after')];
  const [splitBefore, splitAfter] = [splitter(files), splitter(cut)];
  expect(kept.length).toBe(after.size);
  for (const word of words) {
    expect(splitAfter(word)).toEqual(splitBefore(word));
    expect(Array.from(after.piecesOf(word), (id) => kept[id])).toEqual([...before.piecesOf(word)]);
  }
}

function wordPiece(pieces: readonly string[]): TokenizerFiles {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const text = [...new Set([...special, ...pieces])].join('\n');
  const settings = { do_lower_case: false };
  return { tokenizer: buildWordPiece({ path: 'vocab.txt', text }, settings), settings };
}

/** A byte-level BPE of these bytes, with merges of pieces that are there by then. */
function byteLevel(bytes: string, pairs: readonly (readonly [number, number])[]): TokenizerFiles {
  const pieces = [...bytes];
  const merges = new Set<string>();
  for (const [left, right] of pairs) {
    const [a, b] = [pieces[left % pieces.length]!, pieces[right % pieces.length]!];
    merges.add(`${a} ${b}`);
    if (!pieces.includes(a + b)) pieces.push(a + b);
  }
  const all = ['<s>', '<pad>', '</s>', '<unk>', ...pieces, '<mask>'];
  const value = Object.fromEntries(all.map((piece, id) => [piece, id]));
  const text = [...merges].join('\n');
  return {
    tokenizer: buildByteLevelBpe({ path: 'vocab.json', value }, { path: 'merges.txt', text }, {}),
    settings: {},
  };
}

function unigram(scores: readonly (readonly [string, number])[]): TokenizerFiles {
  const special = ['<s>', '<pad>', '</s>', '<unk>'];
  const vocab = [...special.map((piece): [string, number] => [piece, 0]), ...new Map(scores)];
  const added = [...special, '<mask>'].map((content, at) => ({
    id: at < 4 ? at : vocab.length,
    content,
    special: true,
  }));
  const tokenizer = {
    added_tokens: added,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    model: { type: 'Unigram', unk_id: 3, vocab },
  };
  return { tokenizer, settings: {} };
}

describe('what stays', () => {
  const pieces = ['доз', '##ы', 'dose', '##s', 'д', '1', '##2', ',', 'дa', '漢', 'й', 'мг', '##☃'];

  test.each<[string, KeptText, string]>([
    ['nothing but special tokens', {}, ''],
    ['words', { words: ['дозы', '☃', '12'] }, 'доз ##ы 1 ##2'],
    ['a script with all that has none', { scripts: ['Cyrillic'] }, 'доз ##ы д 1 ##2 , й мг ##☃'],
    ['a script and words', { scripts: ['Han'], words: ['doses'] }, 'dose ##s 1 ##2 , 漢 ##☃'],
    ['two scripts', { scripts: ['Cyrillic', 'Latin'] }, 'доз ##ы dose ##s д 1 ##2 , дa й мг ##☃'],
  ])('WordPiece: %s', (_, keep, expected) => {
    const left = piecesLeft(pruneTokenizer(wordPiece(pieces), keep).files);
    expect(left).toEqual([
      '[PAD]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      '[MASK]',
      ...expected.split(' ').filter(Boolean),
    ]);
  });

  test('byte-level BPE: all bytes, and the pieces on the way to those chosen', () => {
    // Ð° is «а», Ð± is «б».
    const files = byteLevel('Ð°±abĠ', [
      [0, 1],
      [0, 2],
      [3, 4],
      [6, 7],
      [5, 6],
      [8, 8],
    ]);
    const left = (keep: KeptText): string[] => piecesLeft(pruneTokenizer(files, keep).files).slice(4);
    const bytes = ['Ð', '°', '±', 'a', 'b', 'Ġ'];
    expect(left({})).toEqual([...bytes, '<mask>']);
    expect(left({ words: ['аб'] })).toEqual([...bytes, 'Ð°', 'Ð±', 'Ð°Ð±', '<mask>']);
    expect(left({ scripts: ['Latin'] })).toEqual([...bytes, 'ab', 'abab', '<mask>']);
    const { model } = pruneTokenizer(files, { words: [' а'] }).files.tokenizer as {
      model: { merges: string[] };
    };
    expect(model.merges).toEqual(['Ð °', 'Ġ Ð°']);
  });

  test('parts of characters stay where the character is covered', () => {
    // «я» is D1 8F, «ё» D1 91, «漢» E6 BC A2; 8F is «ı», 91 «ĳ» in the alphabet of bytes, BC «¼», A2 «¢».
    const files = byteLevel('Ñıĳæ¼¢', [
      [0, 1],
      [1, 0],
      [3, 4],
      [4, 5],
      [2, 3],
      [5, 0],
    ]);
    const left = (script: string): string[] =>
      piecesLeft(pruneTokenizer(files, { scripts: [script] }).files).slice(10, -1);
    // «¼¢» also ends characters that belong to no script.
    expect(left('Cyrillic')).toEqual(['Ñı', 'ıÑ', '¼¢', '¢Ñ']);
    expect(left('Han')).toEqual(['æ¼', '¼¢', 'ĳæ']);
    expect(left('Greek')).toEqual(['¼¢']);
  });

  test('Unigram: order, scores, and the lowest of them stay; special ids follow', () => {
    const files = unigram([
      ['a', -9],
      ['▁до', -1],
      ['b', -2],
      ['зы', -3],
    ]);
    const { files: cut, kept } = pruneTokenizer(files, { words: ['дозы'] });
    expect(piecesLeft(cut)).toEqual(['<s>', '<pad>', '</s>', '<unk>', 'a', '▁до', 'зы', '<mask>']);
    expect([...kept]).toEqual([0, 1, 2, 3, 4, 5, 7, 8]);
    expect(cut.tokenizer).toMatchObject({
      model: { unk_id: 3, vocab: expect.arrayContaining([['зы', -3]]) },
    });
  });
});

test('every place with an id is renumbered', () => {
  const { tokenizer } = wordPiece(['доз', 'dose']);
  const shifted = JSON.parse(
    JSON.stringify(tokenizer).replaceAll('[PAD]', 'x').replaceAll('[MASK]', '[PAD]'),
  );
  const files = {
    tokenizer: {
      ...shifted,
      added_tokens: [{ id: 4, content: '[PAD]', special: true }],
      padding: { pad_id: 4, pad_token: '[PAD]' },
      post_processor: {
        type: 'Sequence',
        processors: [
          shifted.post_processor,
          { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
        ],
      },
    },
    settings: { added_tokens_decoder: { 0: { content: 'x' }, 4: { content: '[PAD]' } }, model_max_length: 8 },
  };
  const { files: cut, kept } = pruneTokenizer(files, { words: ['dose'] });
  expect([...kept]).toEqual([1, 2, 3, 4, 6]);
  expect(cut.settings).toEqual({ added_tokens_decoder: { 3: { content: '[PAD]' } }, model_max_length: 8 });
  expect(cut.tokenizer).toMatchObject({
    added_tokens: [{ id: 3, content: '[PAD]', special: true }],
    padding: { pad_id: 3, pad_token: '[PAD]' },
    post_processor: {
      processors: [
        { special_tokens: { '[CLS]': { ids: [1] }, '[SEP]': { ids: [2] } } },
        { sep: ['[SEP]', 2], cls: ['[CLS]', 1] },
      ],
    },
    model: { vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, '[PAD]': 3, dose: 4 } },
  });
});

describe('covered text keeps its pieces', () => {
  const letters = (alphabet: string): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 8 });
  const cyrillic = fc.array(letters('абв1,'), { minLength: 1, maxLength: 6 });
  const words = fc.array(letters('абвab1, '), { minLength: 1, maxLength: 6 });

  const vocabularies: [string, fc.Arbitrary<TokenizerFiles>][] = [
    [
      'WordPiece',
      fc
        .array(
          fc.tuple(
            fc.constantFrom('', '##'),
            fc.string({ unit: fc.constantFrom(...'абвab1'), minLength: 1, maxLength: 3 }),
          ),
        )
        .map((pieces) =>
          wordPiece([
            ...'абвab1',
            ...[...'абв1'].map((c) => `##${c}`),
            ...pieces.map((parts) => parts.join('')),
          ]),
        ),
    ],
    [
      'byte-level BPE',
      fc
        .array(fc.tuple(fc.nat(200), fc.nat(200)), { maxLength: 40 })
        .map((pairs) => byteLevel('ÐĠ°±²ab1,', [[0, 2], [0, 3], [0, 4], ...pairs])),
    ],
    [
      'Unigram',
      fc
        .array(fc.tuple(letters('▁абвab1'), fc.double({ min: -9, max: -1, noNaN: true })), {
          minLength: 1,
          maxLength: 40,
        })
        .map((scores) => unigram([['а', -5], ['▁', -4], ...scores])),
    ],
  ];

  test.each(vocabularies)('%s, by words', (_, vocabulary) => {
    fc.assert(
      fc.property(vocabulary, words, (files, covered) => expectSame(files, { words: covered }, covered)),
    );
  });

  test.each(vocabularies)('%s, by script', (_, vocabulary) => {
    const check = (files: TokenizerFiles, covered: string[]): void =>
      expectSame(files, { scripts: ['Cyrillic'] }, covered);
    fc.assert(fc.property(vocabulary, cyrillic, check), { numRuns: 20 });
  });
});

test.each<[string, TokenizerFiles, KeptText, RegExp]>([
  ['script', wordPiece([]), { scripts: ['Klingon'] }, /"Klingon" is no script/],
  ['script with more', wordPiece([]), { scripts: ['Latin}'] }, /"Latin}" is no script/],
  [
    'model',
    { tokenizer: { model: { type: 'WordLevel', vocab: {} } }, settings: {} },
    {},
    /a vocabulary of a model "WordLevel" cannot be cut/,
  ],
  [
    'BPE of characters',
    { tokenizer: { ...byteLevel('ab', []).tokenizer, pre_tokenizer: { type: 'Whitespace' } }, settings: {} },
    {},
    /not byte-level/,
  ],
])('error: %s', (_, files, keep, message) => {
  expect(() => pruneTokenizer(files, keep)).toThrow(
    expect.objectContaining({ code: 'E_ENCODER', message: expect.stringMatching(message) }),
  );
});
