/** Runs the PyTorch side in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.ts';
import { repository } from './paths.ts';

/** The library as it describes itself. */
export interface PytorchLibrary {
  readonly torch: string;
  readonly python: string;
  readonly threads: number;
  /** File names of the BLAS in use. */
  readonly blas: string;
  /** GFLOP/s of a float32 product [512, 512] · [512, 2048]. */
  readonly matrix_product_gflops: number;
}

export interface PytorchOptions {
  readonly threads: number;
  readonly warmup?: number;
  readonly passes?: number;
  /** A Python that has torch; '' looks for one. */
  readonly python: string;
  /** A folder whose libraries go before the system's, to try another BLAS; '' for none. */
  readonly libraries?: string;
}

/** Every way to run PyTorch that the options ask for: each BLAS with each number of threads. */
export function pytorchRuns(options: {
  readonly threads: number;
  readonly 'pytorch-threads': readonly string[];
  readonly python: string;
  readonly blas: readonly string[];
  readonly 'no-pytorch': boolean;
}): PytorchOptions[] {
  if (options['no-pytorch']) return [];
  const wanted = options['pytorch-threads'].map(Number);
  const threads = wanted.length > 0 ? wanted : [...new Set([1, options.threads])];
  return ['', ...options.blas].flatMap((libraries) =>
    threads.map((count) => ({ threads: count, python: options.python, libraries })),
  );
}

/** A Python that can import torch. @throws UserError `E_PYTORCH` */
function findPython(wanted: string): string {
  const candidates = wanted === '' ? ['/usr/bin/python3', 'python3'] : [wanted];
  const found = candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'E_PYTORCH',
    message: `no PyTorch: tried ${candidates.join(', ')}`,
    hint: 'install the package python3-torch, name a Python with --python, or leave PyTorch out with --no-pytorch',
  });
}

/** Runs `measure.py MODE FOLDER` and reads the JSON that it prints. */
export function runPytorch<T>(
  mode: 'check' | 'training' | 'inference' | 'bert-inference' | 'bert-training',
  folder: string,
  options: PytorchOptions,
): Promise<T & { readonly library: PytorchLibrary }> {
  const { threads, warmup = 0, passes = 1, libraries = '' } = options;
  const script = join(repository, 'bench/pytorch/measure.py');
  const numbers = ['--threads', threads, '--warmup', warmup, '--passes', passes].map(String);
  const env = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: '1',
    ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }),
  };
  const child = spawn(findPython(options.python), [script, mode, folder, ...numbers], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as T & { library: PytorchLibrary });
      else reject(new Error(`measure.py ${mode} ended with code ${code}`));
    });
  });
}
