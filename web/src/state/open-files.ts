/** Files and texts from the user, on their way to the engine. */
import type { EngineInput } from '../engine/types.ts';
import { openInputs } from './documents.ts';
import { words } from './settings.ts';

/** Opens files; folders and empty selections open nothing. */
export async function openFiles(files: Iterable<File>): Promise<void> {
  const inputs: EngineInput[] = [];
  for (const file of files) {
    const bytes = await file.arrayBuffer().catch(() => undefined); // a folder that was dropped
    if (bytes !== undefined) inputs.push({ name: file.name, bytes: new Uint8Array(bytes) });
  }
  openInputs(inputs);
}

let pasted = 0;

/** Opens a text that was pasted; as Markdown where it looks like that, so that headings and tables are seen. */
export function openText(text: string): void {
  if (text.trim() === '') return;
  const isMarkdown = /^#{1,6} \S|^\|.+\|\s*$|^\s*[-*] \S.*\n\s*[-*] \S/m.test(text);
  openInputs([{ name: `${words.value.pastedName(++pasted)}.${isMarkdown ? 'md' : 'txt'}`, text }]);
}
