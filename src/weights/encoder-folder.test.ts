/** Encoder folders of every kind that Hugging Face leaves behind, and broken ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createPieceTokenizer } from '../text/pieces.ts';
import { readEncoderFolder, writeEncoderFiles } from './encoder-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'w2ner-encoder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const config = {
  model_type: 'bert',
  vocab_size: 12,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 32,
  other: { kept: true },
};
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'доз', '##ы', 'й', 'и', '1', '##2', '漢'];
const bytePieces = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3, '<mask>': 4, a: 5, b: 6, ab: 7 };

let folders = 0;
/** A folder with these files; values that are not text are written as JSON. */
function folderOf(files: Record<string, unknown>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, value] of Object.entries(files)) {
    const data = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
    writeFileSync(join(folder, name), data);
  }
  return folder;
}

function piecesIn(folder: string, words: readonly string[]): number[][] {
  const { piecesOf } = createPieceTokenizer(readEncoderFolder(folder).tokenizer, folder);
  return words.map((word) => [...piecesOf(word)]);
}

const bert = { 'config.json': config, 'vocab.txt': `${vocabulary.join('\r\n')}\r\n\r\n` };
const cased = { ...bert, 'tokenizer_config.json': { do_lower_case: false } };
const roberta = {
  'config.json': { ...config, model_type: 'roberta' },
  'vocab.json': bytePieces,
  'merges.txt': '#version: 0.2\na b\n',
};

test.each([
  ['vocab.txt, defaults', bert, ['ДОЗЫ', 'Й', '12'], [[5, 6], [8], [9, 10]]],
  ['vocab.txt, cased', cased, ['ДОЗЫ', 'й', '漢漢'], [[1], [7], [11, 11]]],
  [
    'vocab.txt, Chinese characters kept together',
    { ...bert, 'tokenizer_config.json': { tokenize_chinese_chars: false } },
    ['漢漢'],
    [[1]],
  ],
  ['vocab.json and merges.txt', roberta, ['ab', 'ba', '<s>'], [[7], [6, 5], [0]]],
  ['with a byte-order mark', { ...bert, 'vocab.txt': `\uFEFF${vocabulary.join('\n')}` }, ['дозы'], [[5, 6]]],
  [
    'special tokens named in a file of their own',
    { ...cased, 'special_tokens_map.json': { unk_token: 'й' } },
    ['☃'],
    [[7]],
  ],
])('%s', (_, files, words, expected) => {
  const folder = folderOf(files);
  expect(piecesIn(folder, words)).toEqual(expected);
  const copy = join(root, `copy-${folders}`);
  const encoder = readEncoderFolder(folder);
  writeEncoderFiles(copy, encoder);
  expect(piecesIn(copy, words)).toEqual(expected);
  expect(readEncoderFolder(copy)).toEqual({ ...encoder, folder: copy });
});

test('config.json is kept whole, tokenizer.json goes before vocab.txt', () => {
  const encoder = readEncoderFolder(folderOf(cased));
  expect(encoder.rawConfig).toEqual(config);
  const { tokenizer } = encoder.tokenizer;
  const both = folderOf({ ...bert, 'tokenizer.json': tokenizer, 'vocab.txt': 'broken' });
  expect(readEncoderFolder(both).tokenizer).toEqual({ tokenizer, settings: {} });
});

const without = (...names: string[]): string =>
  vocabulary.filter((piece) => !names.includes(piece)).join('\n');

test.each<[string, Record<string, unknown>, RegExp]>([
  ['no config.json', { 'vocab.txt': 'a' }, /lacks config\.json/],
  ['broken config.json', { ...bert, 'config.json': '{"a": ' }, /config\.json: is not JSON/],
  ['config.json with a list', { ...bert, 'config.json': '[]' }, /config\.json: is no JSON object/],
  [
    'config.json of another model',
    { ...bert, 'config.json': { ...config, model_type: 't5' } },
    /"model_type": got "t5"/,
  ],
  [
    'no tokenizer',
    { 'config.json': config },
    /lacks a tokenizer: expected tokenizer\.json, vocab\.txt, or vocab\.json with merges\.txt/,
  ],
  ['vocab.json alone', { 'config.json': config, 'vocab.json': bytePieces }, /lacks a tokenizer/],
  ['empty vocabulary', { ...bert, 'vocab.txt': '\n' }, /vocab\.txt: is empty/],
  ['empty line', { ...bert, 'vocab.txt': 'a\n\nb' }, /line 2 is empty/],
  ['piece twice', { ...bert, 'vocab.txt': `${vocabulary.join('\n')}\nдоз` }, /lines 6 and 13 are both "доз"/],
  [
    'no special tokens',
    { ...bert, 'vocab.txt': without('[UNK]', '[SEP]') },
    /got 10 pieces without \[UNK\], \[SEP\]/,
  ],
  ['no padding', { ...bert, 'vocab.txt': without('[PAD]') }, /without \[PAD\] or <pad>/],
  [
    'not UTF-8',
    { ...bert, 'vocab.txt': Uint8Array.of(0xe4, 0xee, 0xe7) },
    /vocab\.txt: cannot be read as UTF-8/,
  ],
  ['broken tokenizer.json', { ...bert, 'tokenizer.json': 'null' }, /tokenizer\.json: is no JSON object/],
  ['broken settings', { ...bert, 'tokenizer_config.json': '{' }, /tokenizer_config\.json: is not JSON/],
  [
    'id that is none',
    { ...roberta, 'vocab.json': { ...bytePieces, a: '5' } },
    /"a": got "5", expected an id/,
  ],
  ['id twice', { ...roberta, 'vocab.json': { ...bytePieces, a: 6 } }, /one id to two pieces/],
  ['merge of one', { ...roberta, 'merges.txt': 'a b\nab' }, /merges\.txt: line 2: got "ab"/],
  ['merge that makes no piece', { ...roberta, 'merges.txt': 'b a' }, /line 1: "ba" is not in vocab\.json/],
  [
    'more pieces than rows',
    { ...bert, 'config.json': { ...config, vocab_size: 11 } },
    /does not match the vocabulary size: got ids up to 11 \(12 pieces\), expected at most 11/,
  ],
])('error: %s', (_, files, message) => {
  const folder = folderOf(files);
  expect(() => readEncoderFolder(folder)).toThrow(
    expect.objectContaining({ code: 'E_ENCODER', message: expect.stringMatching(message) }),
  );
});

test('a folder that is none; fewer pieces than rows are fine', () => {
  expect(() => readEncoderFolder(join(root, 'absent'))).toThrow('is not an encoder folder');
  expect(
    readEncoderFolder(folderOf({ ...bert, 'config.json': { ...config, vocab_size: 64 } })).config.vocab_size,
  ).toBe(64);
});
