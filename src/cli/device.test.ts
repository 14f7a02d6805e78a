/** `--device`: passed on, checked, and told when it is not the processor. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, createWorkplace, type Workplace } from '../../test/fake-cli.ts';
import { fakeTagger } from '../../test/fake-tagger.ts';
import type { TaggerOptions } from '../predict/w2ner-tagger.ts';
import type { TrainOptions } from '../train/train.ts';

let place: Workplace;
let data: string;
let config: string;
beforeEach(() => {
  place = createWorkplace();
  data = place.write('data.json', '[{"sentence": ["Цитарабин"], "ner": [{"type": "DRUG", "index": [0]}]}]');
  config = place.write('config.json', '{}');
});
afterEach(() => place.remove());

const commandLines = (): Record<string, string[]> => ({
  extract: ['extract', place.write('a.md', 'Цитарабин.'), '--out', place.path('a.json')],
  predict: ['predict', '--data', data, '--out', place.path('b.json')],
  evaluate: ['evaluate', '--data', data, '--bootstrap', '0'],
});

describe.each(['extract', 'predict', 'evaluate'])('%s', (command) => {
  /** Runs the command with a model that computes on a GPU when it is asked to. */
  async function run(...more: string[]) {
    let given: TaggerOptions | undefined;
    const result = await cli([...commandLines()[command]!, ...more], {
      loadModel: async (_name, options) => {
        given = options;
        const device = options.device === 'auto' ? 'webgpu' : (options.device ?? 'cpu');
        if (options.device === 'auto') options.onNotice?.('computing on webgpu (not available: cuda, none)');
        return { ...fakeTagger(), device };
      },
    });
    return { ...result, device: given?.device };
  }

  it('is the processor unless another is named', async () => {
    const { code, device, stderr } = await run();
    expect([code, device]).toEqual([0, 'cpu']);
    expect(stderr).not.toContain('computing');
  });

  it('says which other one is used', async () => {
    const named = await run('--device', 'CUDA');
    expect(named).toMatchObject({ code: 0, device: 'cuda' });
    expect(named.stderr).toMatch(/^computing on cuda\n/);
    const auto = await run('--device', 'auto');
    expect(auto.stderr.match(/computing on/g)).toHaveLength(1);
    expect(auto.stderr).toContain('computing on webgpu (not available: cuda, none)\n');
  });

  it('refuses others', async () => {
    const { code, stderr } = await run('--device', 'tpu');
    expect(code).toBe(2);
    expect(stderr).toBe('error: --device: got "tpu", expected one of auto, cpu, webgpu, cuda\n');
  });
});

describe('train', () => {
  /** Runs `train` with a training that tells a notice. */
  async function run(...more: string[]) {
    let given: TrainOptions | undefined;
    const files = ['--config', config, '--train', data, '--dev', data, '--out', place.path('model')];
    const result = await cli(['train', ...files, ...more], {
      trainModel: async (options) => {
        given = options;
        options.onEvent?.({ kind: 'notice', message: 'a notice' });
        return { folder: 'm', bestEpoch: 0, bestF1: 0, steps: 1, aborted: false };
      },
    });
    return { ...result, given };
  }

  it('passes device and download on, with the place of the configuration', async () => {
    const { code, given, stdout, stderr } = await run('--device', 'webgpu', '--download', '--init', 'model');
    expect(code).toBe(0);
    expect(given).toMatchObject({ device: 'webgpu', download: true, init: 'model', configPath: config });
    expect(stderr).toBe('a notice\n');
    expect(stdout).not.toContain('notice');
    expect((await run()).given).toMatchObject({ device: 'cpu' });
    expect((await run()).given?.download).toBeUndefined();
  });
});
