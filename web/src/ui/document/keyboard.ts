/** Keys of the document: a cursor that goes from word to word, and corrections. */
import type { EdgeMove } from '../../correct/changes.ts';
import type { PageDocument } from '../../document/types.ts';
import { announce } from '../../state/announce.ts';
import {
  addingPart,
  chooseEntity,
  chooseEntityAt,
  chooseType,
  chosen,
  chosenEntity,
  clearChoice,
  entitiesAt,
  joinPart,
  moveChosenEdge,
  rangeOf,
  removeChosen,
  selectedText,
  selection,
  toggleAddingPart,
  typeMenu,
} from '../../state/correction.ts';
import { activeDocument } from '../../state/documents.ts';
import { nameOf } from '../../state/settings.ts';
import { listedEntities } from '../../state/view.ts';
import { sortTypes } from '../../words/types.ts';
import { rangeOfWords, type WordPlace, wordAtPoint } from './places.ts';

/** The word that the next move starts from. */
function cursor(): WordPlace | undefined {
  const range = selection.value;
  if (range !== undefined) return { sentence: range.sentence, word: range.focus };
  const entity = chosenEntity.value;
  return entity === undefined ? undefined : { sentence: chosen.value!.sentence, word: entity.words.at(-1)! };
}

/** Puts the cursor on a word, or extends the selection to it. */
function moveTo(place: WordPlace, extend: boolean): void {
  const old = selection.value;
  const isSame = old?.sentence === place.sentence;
  if (extend && old !== undefined && !isSame) return;
  const part = addingPart.value;
  if (!part) chosen.value = undefined;
  typeMenu.value = 'closed';
  selection.value = {
    sentence: place.sentence,
    anchor: extend && old !== undefined ? old.anchor : place.word,
    focus: place.word,
  };
  const around = extend ? [] : entitiesAt(place.sentence, place.word).map(({ type }) => nameOf(type));
  announce([selectedText.value, ...around].join(', '));
}

/** The word so many words further; into the next sentence unless `inside`. */
function step(
  { result }: PageDocument,
  { sentence, word }: WordPlace,
  by: 1 | -1,
  inside: boolean,
): WordPlace {
  const own = result.sentences[sentence]!.sentence;
  const next = word + by;
  if (next >= 0 && next < own.length) return { sentence, word: next };
  const other = result.sentences[sentence + by];
  if (inside || other === undefined) return { sentence, word };
  return { sentence: sentence + by, word: by > 0 ? 0 : other.sentence.length - 1 };
}

/** The word a line further up or down; a sentence further where no line is found. */
function stepLine(document: PageDocument, place: WordPlace, by: 1 | -1): WordPlace {
  const box = rangeOfWords(document, place.sentence, place.word, place.word + 1)?.getBoundingClientRect();
  for (const lines of box === undefined ? [] : [1.5, 2.2, 3.5]) {
    const y = (box!.top + box!.bottom) / 2 + by * lines * box!.height;
    const found = wordAtPoint(document, (box!.left + box!.right) / 2, y);
    if (found !== undefined && (found.sentence !== place.sentence || found.word !== place.word)) return found;
  }
  const sentence = Math.max(0, Math.min(document.result.sentences.length - 1, place.sentence + by));
  return { sentence, word: 0 };
}

/** Goes to the next or previous entity that is shown. */
function stepEntity(by: 1 | -1): void {
  const all = listedEntities.value;
  const now = chosen.value;
  const place = cursor();
  const at = all.findIndex(({ entity }) => entity.id === now?.id);
  const order = (sentence: number, word: number): number => sentence * 1e5 + word;
  const here = place === undefined ? -1 : order(place.sentence, place.word);
  const next =
    at >= 0
      ? all[at + by]
      : by > 0
        ? all.find(({ sentence, entity }) => order(sentence, entity.words[0]!) > here)
        : all.findLast(({ sentence, entity }) => order(sentence, entity.words[0]!) < here);
  if (next !== undefined) chooseEntity(next.sentence, next.entity.id);
}

const edgeMoves: Readonly<Record<string, EdgeMove>> = {
  'Alt+ArrowRight': 'grow-right',
  'Alt+ArrowLeft': 'shrink-right',
  'Alt+Shift+ArrowLeft': 'grow-left',
  'Alt+Shift+ArrowRight': 'shrink-left',
};

/** A key with its modifiers, by its place on the keyboard: the same in every layout. */
function keyName(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  return `${control}${event.altKey ? 'Alt+' : ''}${event.shiftKey ? 'Shift+' : ''}${event.code.replace('Numpad', 'Digit')}`;
}

type Act = (document: PageDocument, place: WordPlace) => void;

const arrows: Readonly<Record<string, Act>> = {
  ArrowRight: (document, place) => moveTo(step(document, place, 1, false), false),
  ArrowLeft: (document, place) => moveTo(step(document, place, -1, false), false),
  'Shift+ArrowRight': (document, place) => moveTo(step(document, place, 1, true), true),
  'Shift+ArrowLeft': (document, place) => moveTo(step(document, place, -1, true), true),
  ArrowDown: (document, place) => moveTo(stepLine(document, place, 1), false),
  ArrowUp: (document, place) => moveTo(stepLine(document, place, -1), false),
  Home: (_, { sentence }) => moveTo({ sentence, word: 0 }, false),
  End: ({ result }, { sentence }) =>
    moveTo({ sentence, word: result.sentences[sentence]!.sentence.length - 1 }, false),
  Space: (_, { sentence, word }) => void chooseEntityAt(sentence, word),
};

const commands: Readonly<Record<string, () => void>> = {
  'Ctrl+ArrowRight': () => stepEntity(1),
  'Ctrl+ArrowLeft': () => stepEntity(-1),
  Delete: removeChosen,
  Backspace: removeChosen,
  KeyP: toggleAddingPart,
  Escape: clearChoice,
  Enter: () => {
    if (addingPart.value) joinPart();
    else if (selection.value !== undefined || chosenEntity.value !== undefined) typeMenu.value = 'keyboard';
  },
};

/**
 * Does what a key says.
 * @param firstVisible the word to start from when the cursor is nowhere
 */
export function pressKey(event: KeyboardEvent, firstVisible: () => WordPlace | undefined): void {
  const document = activeDocument.value;
  const name = keyName(event);
  if (document === undefined) return;
  const act = actFor(name, document, firstVisible);
  if (act === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function actFor(
  name: string,
  document: PageDocument,
  firstVisible: () => WordPlace | undefined,
): (() => void) | undefined {
  const edge = edgeMoves[name];
  if (edge !== undefined) return () => moveChosenEdge(edge);
  const command = commands[name === 'NumpadEnter' || name === 'DigitEnter' ? 'Enter' : name];
  if (command !== undefined) return command;
  const digit = /^Digit([1-9])$/.exec(name)?.[1];
  if (digit !== undefined) {
    const type = sortTypes(document.result.types)[Number(digit) - 1];
    const isChosen = selection.value !== undefined || chosenEntity.value !== undefined;
    return type === undefined || !isChosen || addingPart.value ? undefined : () => chooseType(type);
  }
  const arrow = arrows[name];
  if (arrow === undefined) return undefined;
  return () => {
    const place = cursor();
    const first = place ?? firstVisible();
    if (first === undefined) return;
    if (place === undefined && name !== 'Space') moveTo(first, false);
    else arrow(document, startOf(name, first));
  };
}

/** Moving on from an entity starts at its edge; moving on from several words at the edge in that direction. */
function startOf(name: string, place: WordPlace): WordPlace {
  const range = selection.value;
  if (name === 'ArrowRight' && range !== undefined) return { ...place, word: rangeOf(range)[1] - 1 };
  if (name === 'ArrowLeft' && range !== undefined) return { ...place, word: rangeOf(range)[0] };
  const entity = chosenEntity.value;
  if (range === undefined && entity !== undefined && name === 'ArrowLeft')
    return { ...place, word: entity.words[0]! };
  return place;
}
