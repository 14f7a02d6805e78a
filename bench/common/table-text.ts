/** Tables and lines of text that result sections are made of. */
import type { Machine } from './machine.ts';
import type { Result } from './results.ts';

export type Row = readonly (string | number)[];

/** Makes the text of a section from the results whose names begin with the section's. */
export type Section = (results: readonly Result[]) => string;

export function machineLine(machine: Machine): string {
  const { cpu, cores, memory_gb, system, node, onnxruntime, date, commit, load_before } = machine;
  const source = commit === null ? '' : `, commit ${commit}`;
  return (
    `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}; Node ${node}, onnxruntime ${onnxruntime}; ` +
    `${date}${source}; load before ${load_before ?? 'not recorded'}.`
  );
}

export function table(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
