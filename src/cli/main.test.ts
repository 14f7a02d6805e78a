/** The program as users start it: exit codes, streams, Ctrl-C, a pipe that closes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkplace, type Workplace } from '../../test/fake-cli.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the program; `onOutput` sees standard output as it grows. */
function w2ner(
  argv: readonly string[],
  onOutput: (text: string, child: ReturnType<typeof spawn>) => void = () => {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', main, ...argv]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      onOutput(stdout, child);
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('w2ner', () => {
  it('prints help and version', async () => {
    const help = await w2ner(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['extract', 'train', 'evaluate', 'predict', 'validate', 'info', 'Examples:']) {
      expect(help.stdout).toContain(command);
    }
    expect(await w2ner(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it('says what is wrong with a command line', async () => {
    const mistyped = await w2ner(['extrakt', 'a.md']);
    expect(mistyped.code).toBe(2);
    expect(mistyped.stderr).toMatch(/"extrakt" is not a command\n {2}hint: did you mean "extract"\?/);
    const noModel = await w2ner(['extract', main.replace(/main\.ts$/, '*.md'), '--out', '-']);
    expect(noModel).toMatchObject({ code: 2, stdout: '' });
    expect((await w2ner([main])).stderr).toContain('is a file or folder, not a command');
  });
});

describe('w2ner with a model of its own', () => {
  let place: Workplace;
  let document: string;
  beforeAll(() => {
    place = createWorkplace();
    const words = ['Назначить', 'цитарабин', 'внутрь', '.'];
    const records = Array.from({ length: 24 }, (_, i) => ({
      sentence: [...words, String(i)],
      ner: [{ type: 'DRUG', index: [1] }],
    }));
    place.write('data.json', JSON.stringify(records));
    const size = {
      bert_hid_size: 16,
      lstm_hid_size: 16,
      conv_hid_size: 8,
      ngram_buckets: 256,
      ngram_emb_size: 8,
    };
    place.write('config.json', JSON.stringify({ epochs: 100_000, ...size }));
    document = place.write(
      'a.md',
      Array.from({ length: 9000 }, (_, i) => `Назначить цитарабин ${i}.`).join('\n\n'),
    );
  });
  afterAll(() => place.remove());

  it('stops training on Ctrl-C, leaves a model that works, goes on with --resume', async () => {
    const data = place.path('data.json');
    const files = [
      '--config',
      place.path('config.json'),
      '--train',
      data,
      '--dev',
      data,
      '--out',
      place.path('m'),
    ];
    const train = (...more: string[]) =>
      w2ner(['train', ...files, ...more], (text, child) => {
        if (text.includes('epoch ')) child.kill('SIGINT');
      });
    const first = await train();
    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(/Stopped after step \d+; the checkpoint is in/);
    const again = await train('--resume');
    expect(again.code).toBe(130);
    expect(again.stdout).toMatch(/continued from step \d+/);

    const model = ['--model', place.path('m')];
    const info = await w2ner(['info', ...model]);
    expect(info).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Types +DRUG$/m) });
    const piped = await w2ner(['extract', document, ...model, '--all', '--out', '-'], (_text, child) => {
      child.stdout?.destroy();
    });
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    const out = place.path('out.json');
    const extracted = await w2ner(['extract', document, ...model, '--all', '--out', out]);
    expect(extracted).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('sentences/s') });
    expect(JSON.parse(place.read('out.json'))).toHaveLength(9000);
  });
});
