/** `w2ner import`, `export` and `prune-vocab`: what they print, and what they refuse. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { makeEncoder, originals } from '../convert/testing.ts';

const fixture = originals[0]!;

let place: Workplace;
beforeEach(() => {
  place = createWorkplace();
});
afterEach(() => place.remove());

const json = (path: string): object => JSON.parse(readFileSync(path, 'utf8'));

/** The fixture's configuration with other settings. */
const changedConfig = (changes: object): string =>
  place.write('config.json', JSON.stringify({ ...json(fixture.config), ...changes }));

/** The fixture's encoder with another description. */
function changedEncoder(changes: object): string {
  const folder = makeEncoder(fixture, place.path('other'));
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...json(path), ...changes }));
  return folder;
}

/** The command line that imports our fixture. */
const importing = (...more: string[]): string[] => [
  'import',
  fixture.model,
  '--config',
  fixture.config,
  '--encoder',
  makeEncoder(fixture, place.path('bert')),
  '--out',
  place.path('model'),
  ...more,
];

describe('import', () => {
  it('makes a model folder and says what is in it', async () => {
    const { code, stdout, stderr } = await cli(importing('--labels', fixture.expected));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^70 tensors, 19,666 parameters, 0\.1 MB in \d+\.\d s: .*model$/m);
    expect(stdout).toMatch(/^4 types: DRUG, DOSAGE, PROCEDURE \/ TEST, ADVERSE_EVENT \/ WARNING$/m);
    expect(stdout).toMatch(/^Next: w2ner evaluate --model .*model --data dev\.json\n$/m);
    const again = await cli(importing('--labels', fixture.expected));
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('already holds a model') });
  });

  it('can be described', async () => {
    await cli(importing('--labels', fixture.expected));
    const { stdout } = await cli(['info', '--model', place.path('model')]);
    expect(stdout).toMatch(/^Encoder {5}bert\nBERT {8}encoder, 2 layers × 24, vocabulary of 134 pieces$/m);
    expect(stdout).toContain('trained with the original implementation and imported from model.pt.');
    const json = await cli(['info', '--model', place.path('model'), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ encoder: 'bert', bert: { layers: 2, vocabulary: 134 } });
  });

  /** Files that do not fit, by what is wrong with them. */
  const wrong: Readonly<Record<string, () => readonly string[]>> = {
    'another vocabulary': () => ['--encoder', changedEncoder({ vocab_size: 200 })],
    'a tokenizer larger than the vocabulary': () => ['--encoder', changedEncoder({ vocab_size: 100 })],
    'a configuration without BERT': () => ['--config', changedConfig({ bert_name: undefined })],
    'other shapes': () => ['--config', changedConfig({ biaffine_size: 7 })],
    'too few labels': () => ['--labels', place.write('labels.json', '["<pad>", "<suc>", "drug"]')],
    'labels that are not JSON': () => ['--labels', place.write('labels.json', '["<pad>",')],
    'no labels file': () => ['--labels', place.path('nowhere.json')],
  };

  it.each(Object.keys(wrong))('refuses %s: exit code 2, nothing is written', async (name) => {
    const { code, stdout, stderr } = await cli(importing('--labels', fixture.expected, ...wrong[name]!()));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+/);
    expect(existsSync(place.path('model'))).toBe(false);
  });

  it.each([
    ['half a file', () => readFileSync(fixture.model).subarray(0, 50_000), 'half copied'],
    [
      'a call in a pickle',
      () => Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0echo\x85R.', 'latin1'),
      'os.system',
    ],
    ['text', () => 'weights', 'expected safetensors, or a state dict'],
  ])('refuses %s as weights', async (_, content, message) => {
    const [command, , ...rest] = importing('--labels', fixture.expected);
    const { code, stderr } = await cli([command!, place.write('bad.pt', content()), ...rest]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(place.path('model'))).toBe(false);
  });

  it('needs labels', async () => {
    const { code, stderr } = await cli(importing());
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: --train: the checkpoint holds no label names.*\n {2}hint: give the data files/,
    );
    expect(existsSync(place.path('model'))).toBe(false);
  });
});

describe('export', () => {
  it('writes files and says what comes next', async () => {
    await cli(importing('--labels', fixture.expected));
    const exporting = (to: string, out: string) =>
      cli(['export', '--model', place.path('model'), '--to', to, '--out', place.path(out)]);
    const pt = await exporting('pt', 'model.pt');
    expect(pt).toMatchObject({ code: 0, stderr: '' });
    expect(pt.stdout).toMatch(
      /^70 tensors, 0\.1 MB in \d+\.\d s: .*model\.pt\nNext: in Python: model\.load_state_dict/,
    );
    const onnx = await exporting('ONNX', 'triton');
    expect(onnx.stdout).toMatch(/\nNext: .*triton\/README\.md says how to feed it\n$/);
    const again = await exporting('onnx', 'triton');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('already holds a model') });
  });

  it('refuses kinds that there are not', async () => {
    const { code, stderr } = await cli(['export', '--to', 'gguf', '--out', place.path('x')]);
    expect(code).toBe(2);
    expect(stderr).toBe('error: --to: got "gguf", expected one of pt, safetensors, onnx\n');
  });
});

describe('prune-vocab', () => {
  it('says what is left', async () => {
    await cli(importing('--labels', fixture.expected));
    const document = place.write('a.md', 'Назначить метотрексат 15 мг.');
    const data = place.write('data.json', '[{"sentence": ["Ритуксимаб"]}]');
    const argv = ['prune-vocab', place.path('model'), '--out', place.path('small')];
    const { code, stdout } = await cli([...argv, '--corpus', document, '--data', data, '--script', 'latin']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +Pieces +Weights$/m);
    expect(stdout).toMatch(/^Before +134 +0\.1 MB$/m);
    expect(stdout).toMatch(/^Covered: 6 distinct words, all words in latin$/m);
    expect(stdout).toMatch(/\nNext: w2ner evaluate --model .*small --data dev\.json\n$/);
  });

  it('refuses to cut for no text', async () => {
    const { code, stderr } = await cli(['prune-vocab', 'guidelines-ru', '--out', place.path('small')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --corpus: no text to cover was given/);
    const compact = await cli([
      'prune-vocab',
      'guidelines-ru',
      '--out',
      place.path('small'),
      '--script',
      'latin',
    ]);
    expect(compact).toMatchObject({ code: 2, stderr: expect.stringContaining('no vocabulary') });
  });
});
