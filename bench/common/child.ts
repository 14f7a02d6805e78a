/** Runs a Node program as a user would, and measures it from outside. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './paths.ts';

export interface ChildRun {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Present when asked for. */
  readonly peakMegabytes?: number;
}

/**
 * @param peakFile where the child leaves its peak memory; '' not to ask for it
 * @throws when the program does not end with code 0
 */
export async function runNode(args: readonly string[], peakFile = ''): Promise<ChildRun> {
  const preload = pathToFileURL(join(repository, 'bench/common/peak-memory.mjs')).href;
  const all = peakFile === '' ? args : ['--import', preload, ...args];
  const started = performance.now();
  const child = spawn(process.execPath, all, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, W2NER_PEAK_FILE: peakFile },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`the program ended with code ${code}\n${errors}`);
  if (peakFile === '') return { seconds };
  return { seconds, peakMegabytes: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}
