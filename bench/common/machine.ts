/** What a measurement was made on. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { say } from './options.ts';
import { repository } from './paths.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** Day of the measurement. */
  readonly date: string;
  /** Commit measured; with `+` when files differed from it. */
  readonly commit: string | null;
  /** Load average of the last minute when the measurement began: well below 1 on a machine that did nothing else. */
  readonly load_before: number | null;
}

/** Load above which a measurement is not worth much. */
const BUSY = 0.5;

export function describeMachine(): Machine {
  if (loadavg()[0]! > BUSY) say(`WARNING: other programs are running (load ${loadavg()[0]!.toFixed(1)})`);
  const runtime = join(repository, 'node_modules/onnxruntime-node/package.json');
  return {
    cpu: (cpus()[0]?.model ?? process.arch).replace(/\s+/g, ' ').trim(),
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    onnxruntime: (JSON.parse(readFileSync(runtime, 'utf8')) as { version: string }).version,
    date: new Date().toISOString().slice(0, 10),
    commit: commitNow(),
    load_before: Math.round(loadavg()[0]! * 100) / 100,
  };
}

function commitNow(): string | null {
  const git = (...args: string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: repository, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : null;
  };
  const commit = git('rev-parse', '--short', 'HEAD');
  if (commit === null) return null;
  return git('status', '--porcelain', '--untracked-files=no', '--', 'src') === '' ? commit : `${commit}+`;
}
