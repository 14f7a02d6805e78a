/** Loaded before a program with `--import`: leaves its peak memory, in KiB, in the file that W2NER_PEAK_FILE names. */
import { readFileSync, writeFileSync } from 'node:fs';

/** This program's own peak: the kernel's resource usage of a child begins with its parent's. */
function peak() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

process.on('exit', () => writeFileSync(process.env.W2NER_PEAK_FILE, String(peak())));
