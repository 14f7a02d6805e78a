/** Sections: every block knows the heading that it stands under. */
import type { Block } from './types.ts';

/** Blocks with the text of the nearest heading; a heading belongs to the section that it opens. */
export function* withSections(blocks: Iterable<Block>): Generator<Block> {
  let section: string | undefined;
  for (const block of blocks) {
    if (block.kind === 'heading') section = block.text;
    yield section === undefined ? block : { ...block, section };
  }
}
