/** Correcting: which words or entity are chosen, and what is done with them. */
import { computed, signal } from '@preact/signals';
import {
  addEntity,
  changeEntity,
  countChanges,
  type EdgeMove,
  findSame,
  moveEdge,
  removeEntity,
  withWords,
} from '../correct/changes.ts';
import { redo, takeStep, undo } from '../correct/history.ts';
import { readEntity, readWords } from '../document/sentence-text.ts';
import type { PageEntity } from '../document/types.ts';
import { announce, notify } from './announce.ts';
import { active, activeDocument, activeLists, documents } from './documents.ts';
import { nameOf, words } from './settings.ts';
import { changeFilter, filter, jumpTo } from './view.ts';

/** Words of a sentence, from where the selection began to where it is extended; both are part of it. */
export interface WordSelection {
  readonly sentence: number;
  readonly anchor: number;
  readonly focus: number;
}

export const selection = signal<WordSelection | undefined>(undefined);
/** The entity that is chosen. */
export const chosen = signal<{ readonly sentence: number; readonly id: string } | undefined>(undefined);
/** Whether the next words that are selected become a part of the chosen entity. */
export const addingPart = signal(false);
/** The menu of types: closed, or opened by pointer or keyboard; the keyboard's takes the focus. */
export const typeMenu = signal<'closed' | 'pointer' | 'keyboard'>('closed');

/** The half-open range of the words selected. */
export const rangeOf = ({ anchor, focus }: WordSelection): [from: number, to: number] => [
  Math.min(anchor, focus),
  Math.max(anchor, focus) + 1,
];

/** The chosen entity as it is now. */
export const chosenEntity = computed((): PageEntity | undefined => {
  const now = chosen.value;
  return now === undefined ? undefined : activeLists.value[now.sentence]?.find(({ id }) => id === now.id);
});

/** Text of the words selected. */
export const selectedText = computed((): string => {
  const document = activeDocument.value;
  const now = selection.value;
  if (document === undefined || now === undefined) return '';
  return readWords(document.result.text, document.result.sentences[now.sentence]!, ...rangeOf(now));
});

/** Text of the chosen entity. */
export const chosenText = computed((): string => {
  const document = activeDocument.value;
  const entity = chosenEntity.value;
  if (document === undefined || entity === undefined) return '';
  return readEntity(document.result.text, document.result.sentences[chosen.value!.sentence]!, entity.words);
});

/** Corrections of the document that is shown. */
export const changeCounts = computed(() =>
  countChanges(
    activeDocument.value?.found ?? [],
    activeDocument.value === undefined ? [] : activeLists.value,
  ),
);

/** Whether any document has corrections. */
export const hasCorrections = computed(() =>
  documents.value.some(
    ({ status, history }) =>
      status.value.kind === 'done' && history.value.lists !== status.value.document.found,
  ),
);

export const canUndo = computed(() => (active.value?.history.value.done.length ?? 0) > 0);
export const canRedo = computed(() => (active.value?.history.value.undone.length ?? 0) > 0);

/** Nothing is chosen any more. */
export function clearChoice(): void {
  selection.value = undefined;
  chosen.value = undefined;
  addingPart.value = false;
  typeMenu.value = 'closed';
}

/** Chooses an entity. */
export function chooseEntity(sentence: number, id: string): void {
  selection.value = undefined;
  addingPart.value = false;
  typeMenu.value = 'closed';
  chosen.value = { sentence, id };
  const entity = chosenEntity.value;
  if (entity !== undefined) announce(`${nameOf(entity.type)}: ${chosenText.value}`);
}

/** Entities that cover a word, the innermost first. */
export const entitiesAt = (sentence: number, word: number): PageEntity[] =>
  (activeLists.value[sentence] ?? [])
    .filter((entity) => entity.words.includes(word))
    .sort((a, b) => a.words.length - b.words.length);

/** Chooses the innermost entity at a word; if that is chosen already, the one around it, and so on. */
export function chooseEntityAt(sentence: number, word: number): boolean {
  const here = entitiesAt(sentence, word);
  if (here.length === 0) return false;
  const now = here.findIndex(({ id }) => chosen.value?.sentence === sentence && id === chosen.value.id);
  chooseEntity(sentence, here[(now + 1) % here.length]!.id);
  return true;
}

/** Makes a step of the history. @returns whether anything changed */
function change(sentence: number, make: (list: readonly PageEntity[]) => readonly PageEntity[]): boolean {
  const document = active.value;
  if (document === undefined) return false;
  const before = document.history.value;
  const next = takeStep(before, sentence, make(before.lists[sentence]!));
  document.history.value = next;
  return next !== before;
}

/** An id that no entity of the document ever had. */
const newId = (sentence: number): string =>
  `${sentence}.n${Date.now().toString(36)}${Math.floor(Math.random() * 1e4)}`;

/** A hidden type that is used becomes visible. */
function reveal(type: string): void {
  if (!filter.value.hidden.has(type)) return;
  changeFilter({ hidden: new Set([...filter.value.hidden].filter((other) => other !== type)) });
}

/** The chosen entity gets the type, or the words selected become an entity of it. */
export function chooseType(type: string): void {
  typeMenu.value = 'closed';
  const entity = chosenEntity.value;
  const range = selection.value;
  reveal(type);
  if (entity !== undefined) {
    const { sentence } = chosen.value!;
    if (type === entity.type) return;
    if (change(sentence, (list) => changeEntity(list, entity.id, { type })))
      announce(words.value.retyped(nameOf(type)));
    else notify(words.value.repeats);
    return;
  }
  if (range === undefined) return;
  const [from, to] = rangeOf(range);
  const { sentence } = range;
  const added: PageEntity = { id: newId(sentence), type, words: withWords([], from, to), score: 1 };
  const text = selectedText.value;
  if (change(sentence, (list) => addEntity(list, added))) {
    chooseEntity(sentence, added.id);
    announce(words.value.added(nameOf(type), text));
    return;
  }
  const same = findSame(activeLists.value[sentence]!, added);
  if (same !== undefined) chooseEntity(sentence, same.id);
  notify(words.value.repeats);
}

/** Removes the chosen entity. */
export function removeChosen(): void {
  const entity = chosenEntity.value;
  if (entity === undefined) return;
  const { sentence } = chosen.value!;
  const text = chosenText.value;
  change(sentence, (list) => removeEntity(list, entity.id));
  clearChoice();
  selection.value = { sentence, anchor: entity.words[0]!, focus: entity.words[0]! };
  announce(words.value.removed(nameOf(entity.type), text));
}

/** Gives the chosen entity other words. */
function changeWords(next: readonly number[]): void {
  const entity = chosenEntity.value;
  if (entity === undefined || next === entity.words) return;
  if (!change(chosen.value!.sentence, (list) => changeEntity(list, entity.id, { words: next }))) {
    notify(words.value.repeats);
    return;
  }
  announce(chosenText.value);
}

/** Moves an edge of the chosen entity by a word. */
export function moveChosenEdge(move: EdgeMove): void {
  const entity = chosenEntity.value;
  const sentence = activeDocument.value?.result.sentences[chosen.value?.sentence ?? -1];
  if (entity !== undefined && sentence !== undefined) {
    changeWords(moveEdge(entity.words, move, sentence.sentence.length));
  }
}

/** Begins or ends adding a part to the chosen entity. */
export function toggleAddingPart(): void {
  if (chosenEntity.value === undefined) return;
  addingPart.value = !addingPart.value;
  if (addingPart.value) {
    const { sentence } = chosen.value!;
    const word = chosenEntity.value.words.at(-1)!;
    selection.value = { sentence, anchor: word, focus: word };
    announce(words.value.partHint);
  } else selection.value = undefined;
}

/** The words selected become a part of the chosen entity; words that it has already are taken away from it. */
export function joinPart(): void {
  const range = selection.value;
  const entity = chosenEntity.value;
  if (range === undefined || entity === undefined) return;
  if (range.sentence !== chosen.value!.sentence) {
    notify(words.value.oneSentence);
    return;
  }
  const [from, to] = rangeOf(range);
  const inside = entity.words.filter((word) => word >= from && word < to);
  const isAllInside = inside.length === to - from;
  const next = isAllInside
    ? entity.words.filter((word) => !inside.includes(word))
    : withWords(entity.words, from, to);
  addingPart.value = false;
  selection.value = undefined;
  if (next.length > 0) changeWords(next);
}

/** Takes the last step back, or again, and shows where. */
export function stepBack(direction: 'undo' | 'redo'): void {
  const document = active.value;
  if (document === undefined) return;
  const before = document.history.value;
  const step = (direction === 'undo' ? before.done : before.undone).at(-1);
  if (step === undefined) return;
  document.history.value = direction === 'undo' ? undo(before) : redo(before);
  clearChoice();
  const list = document.history.value.lists[step.sentence]!;
  const touched = [...step.before, ...step.after].find(
    (entity) => !(step.before.includes(entity) && step.after.includes(entity)),
  );
  const left = list.find(({ id }) => id === touched?.id);
  if (left !== undefined) chosen.value = { sentence: step.sentence, id: left.id };
  jumpTo({ sentence: step.sentence, ...(touched === undefined ? {} : { words: touched.words }) });
  announce(direction === 'undo' ? words.value.undone : words.value.redone);
}
