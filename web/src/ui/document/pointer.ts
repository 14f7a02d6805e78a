/** Mouse and touch in the document: words that are dragged over, entities that are clicked. */
import type { PageDocument } from '../../document/types.ts';
import { notify } from '../../state/announce.ts';
import {
  addingPart,
  chooseEntity,
  chooseEntityAt,
  chosen,
  clearChoice,
  joinPart,
  selection,
  typeMenu,
} from '../../state/correction.ts';
import { words } from '../../state/settings.ts';
import { hasHighlights } from './highlights.ts';
import { wordAt, wordAtPoint } from './places.ts';

/** The words that the browser's selection touches, snapped to whole words. */
export function snapSelection(document: PageDocument): 'none' | 'several-sentences' | 'words' {
  const own = getSelection();
  if (own === null || own.isCollapsed || own.rangeCount === 0) return 'none';
  if (own.toString().trim() === '') return 'none';
  const range = own.getRangeAt(0);
  const from = wordAt(document, range.startContainer, range.startOffset, 'behind');
  const to = wordAt(document, range.endContainer, range.endOffset, 'before') ?? from;
  if (from === undefined || to === undefined) return 'none';
  if (from.sentence !== to.sentence) return 'several-sentences';
  const isBackward = own.anchorNode === range.endContainer && own.anchorOffset === range.endOffset;
  const [first, last] = [from.word, Math.max(from.word, to.word)];
  if (!addingPart.value) chosen.value = undefined;
  selection.value = {
    sentence: from.sentence,
    anchor: isBackward ? last : first,
    focus: isBackward ? first : last,
  };
  return 'words';
}

/** After the mouse button: words selected, or a click. */
export function releasePointer(event: PointerEvent, document: PageDocument): void {
  if (event.button !== 0 || event.pointerType === 'touch') return;
  const outcome = snapSelection(document);
  if (outcome === 'several-sentences') {
    notify(words.value.oneSentence); // the browser's selection stays: it can be copied
    return;
  }
  if (outcome === 'none') {
    click(event, document);
    return;
  }
  if (hasHighlights) getSelection()?.removeAllRanges();
  if (addingPart.value) joinPart();
  else typeMenu.value = 'pointer';
}

/** A click on an entity or its name chooses it, one on a word puts the cursor there. */
export function click(event: MouseEvent, document: PageDocument): void {
  const target = event.target instanceof Element ? event.target : undefined;
  const id = target?.closest<HTMLElement>('[data-label]')?.dataset.e;
  if (id !== undefined) {
    chooseEntity(Number(id.slice(0, id.indexOf('.'))), id);
    return;
  }
  const place = wordAtPoint(document, event.clientX, event.clientY);
  if (place === undefined || target?.closest('.s') == null) {
    clearChoice();
    return;
  }
  const { sentence, word } = place;
  if (addingPart.value) {
    selection.value = { sentence, anchor: word, focus: word };
    joinPart();
    return;
  }
  if (target.closest('.e') !== null && chooseEntityAt(sentence, word)) return;
  clearChoice();
  selection.value = { sentence, anchor: word, focus: word };
}
