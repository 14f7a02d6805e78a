/** Places in the drawn document: from words to ranges of its elements, and back. */
import { wordPlaces } from '../../document/sentence-text.ts';
import type { PageDocument } from '../../document/types.ts';

/** A word of a sentence. */
export interface WordPlace {
  readonly sentence: number;
  readonly word: number;
}

/** The element of a sentence. */
export const sentenceElement = (sentence: number): HTMLElement | null =>
  globalThis.document.getElementById(`s${sentence}`);

/** The texts of a sentence's element, without the names of types. */
function textNodes(element: Element): Text[] {
  const walker = globalThis.document.createTreeWalker(
    element,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) =>
      node instanceof Element && node.hasAttribute('data-label')
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  );
  const nodes: Text[] = [];
  while (walker.nextNode() !== null) if (walker.currentNode instanceof Text) nodes.push(walker.currentNode);
  return nodes;
}

/** The element's range for a half-open range of a sentence's readable text. */
export function rangeOfText(sentence: number, start: number, end: number): Range | undefined {
  const element = sentenceElement(sentence);
  if (element === null) return undefined;
  const range = globalThis.document.createRange();
  let at = 0;
  let isOpen = false;
  for (const node of textNodes(element)) {
    const next = at + node.length;
    if (!isOpen && start < next) {
      range.setStart(node, start - at);
      isOpen = true;
    }
    if (isOpen && end <= next) {
      range.setEnd(node, end - at);
      return range;
    }
    at = next;
  }
  return undefined;
}

/** The element's range for the half-open range of words. */
export function rangeOfWords(
  document: PageDocument,
  sentence: number,
  from: number,
  to: number,
): Range | undefined {
  const { text, sentences } = document.result;
  const own = sentences[sentence];
  if (own === undefined) return undefined;
  const places = wordPlaces(text, own);
  const first = places[from];
  const last = places[to - 1];
  return first === undefined || last === undefined ? undefined : rangeOfText(sentence, first[0], last[1]);
}

/** The sentence that a node is in. */
function sentenceOf(node: Node): HTMLElement | undefined {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest<HTMLElement>('.s') ?? undefined;
}

/**
 * The word at a place of the document.
 * @param side where the place is between two words: the word before or behind it
 */
export function wordAt(
  document: PageDocument,
  node: Node,
  offset: number,
  side: 'before' | 'behind',
): WordPlace | undefined {
  const element = sentenceOf(node);
  if (element === undefined) return undefined;
  const sentence = Number(element.id.slice(1));
  const { text, sentences } = document.result;
  const own = sentences[sentence];
  if (own === undefined) return undefined;
  const at = readableOffset(element, node, offset);
  const places = wordPlaces(text, own);
  const word =
    side === 'behind'
      ? places.findIndex(([, end]) => end > at)
      : places.findLastIndex(([start]) => start < at);
  const last = places.length - 1;
  return { sentence, word: word >= 0 ? word : side === 'behind' ? last : 0 };
}

/** How much of the sentence's text stands before a place. */
function readableOffset(element: HTMLElement, node: Node, offset: number): number {
  const place = globalThis.document.createRange();
  place.setStart(node, offset);
  let at = 0;
  for (const text of textNodes(element)) {
    if (text === node) return at + offset;
    if (place.comparePoint(text, 0) >= 0) return at; // the text begins behind the place
    at += text.length;
  }
  return at;
}

/** The word under a point of the window. */
export function wordAtPoint(document: PageDocument, x: number, y: number): WordPlace | undefined {
  const found = caretAt(x, y);
  if (found === undefined) return undefined;
  return wordAt(document, found[0], found[1], 'behind');
}

interface CaretPosition {
  readonly offsetNode: Node;
  readonly offset: number;
}

/** What browsers call the standard and the older way. */
interface CaretDocument {
  caretPositionFromPoint?(x: number, y: number): CaretPosition | null;
  caretRangeFromPoint?(x: number, y: number): Range | null;
}

function caretAt(x: number, y: number): [Node, number] | undefined {
  const page = globalThis.document as unknown as CaretDocument;
  const position = page.caretPositionFromPoint?.(x, y);
  if (position) return [position.offsetNode, position.offset];
  const range = page.caretRangeFromPoint?.(x, y);
  return range ? [range.startContainer, range.startOffset] : undefined;
}
