/** Memory of a process and all its children, read from /proc now and then. */
import { readFileSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended in the meantime
  }
};

/** The processes below one, itself included. */
function family(pid: number): number[] {
  const tasks = read(`/proc/${pid}/task/${pid}/children`);
  const children = tasks.trim().split(/\s+/).filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}

/** Resident memory of a process and all below it, in MB (pages that they share count for each); NaN without /proc. */
export function familyMegabytes(pid: number): number {
  const sizes = family(pid).map((one) =>
    Number(/VmRSS:\s*(\d+)/.exec(read(`/proc/${one}/status`))?.[1] ?? Number.NaN),
  );
  return sizes.filter(Number.isFinite).reduce((sum, size) => sum + size, 0) / 1024 || Number.NaN;
}

/** Looks at the memory twice a second. @returns what stops it and gives the samples, in MB */
export function watchMemory(pid: number): () => number[] {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(familyMegabytes(pid)), 500);
  return () => {
    clearInterval(timer);
    return samples;
  };
}
