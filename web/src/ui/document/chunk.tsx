/** A part of the document that is drawn again only when something in it changed. */
import { Component } from 'preact';
import type { EntityLists, Item, PageDocument } from '../../document/types.ts';
import type { Language } from '../../words/types.ts';
import type { Words } from '../../words/words.ts';
import { drawItems } from './draw-items.tsx';

/** What a part is drawn from. */
export interface ChunkProps {
  readonly document: PageDocument;
  readonly items: readonly Item[];
  readonly lists: EntityLists;
  readonly language: Language;
  readonly words: Words;
  /** Page of the item before. */
  readonly pageBefore: number | undefined;
  nameOf(type: string): string;
}

/** Height of a line of text and words in it, to guess the height of what was never on the screen. */
const lineHeight = 34;
const wordsOfLine = 11;

/** The part. */
export class Chunk extends Component<ChunkProps> {
  override shouldComponentUpdate(next: ChunkProps): boolean {
    const { document, items, language, lists, pageBefore } = this.props;
    if (document !== next.document || items !== next.items) return true;
    if (language !== next.language || pageBefore !== next.pageBefore) return true;
    if (lists === next.lists) return false;
    return items.some(({ from, to }) => {
      for (let s = from; s < to; s++) if (lists[s] !== next.lists[s]) return true;
      return false;
    });
  }

  override render({ document, items, lists, words, pageBefore, nameOf }: ChunkProps) {
    const { sentences } = document.result;
    let count = 0;
    for (const { from, to } of items) for (let s = from; s < to; s++) count += sentences[s]!.sentence.length;
    const height = Math.round((count / wordsOfLine + items.length / 2) * lineHeight);
    return (
      <div class="chunk" style={{ containIntrinsicBlockSize: `auto ${height}px` }}>
        {drawItems(items, { document, lists, words, nameOf }, pageBefore)}
      </div>
    );
  }
}
