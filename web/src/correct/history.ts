/** Undo and redo: each step is one sentence's list before and after. */
import type { EntityLists, PageEntity } from '../document/types.ts';

/** A step. */
export interface Step {
  readonly sentence: number;
  readonly before: readonly PageEntity[];
  readonly after: readonly PageEntity[];
}

/** Entities with the steps that led to them. */
export interface History {
  readonly lists: EntityLists;
  readonly done: readonly Step[];
  /** Steps taken back, the last one at the end. */
  readonly undone: readonly Step[];
}

/** A history without steps. */
export const startHistory = (lists: EntityLists): History => ({ lists, done: [], undone: [] });

const replaced = (lists: EntityLists, sentence: number, list: readonly PageEntity[]): EntityLists =>
  lists.map((old, s) => (s === sentence ? list : old));

/** Takes a step; the same list again is none. */
export function takeStep(history: History, sentence: number, after: readonly PageEntity[]): History {
  const before = history.lists[sentence];
  if (before === undefined || before === after) return history;
  return {
    lists: replaced(history.lists, sentence, after),
    done: [...history.done, { sentence, before, after }],
    undone: [],
  };
}

/** Takes the last step back. */
export function undo(history: History): History {
  const step = history.done.at(-1);
  if (step === undefined) return history;
  return {
    lists: replaced(history.lists, step.sentence, step.before),
    done: history.done.slice(0, -1),
    undone: [...history.undone, step],
  };
}

/** Takes the step again that was taken back last. */
export function redo(history: History): History {
  const step = history.undone.at(-1);
  if (step === undefined) return history;
  return {
    lists: replaced(history.lists, step.sentence, step.after),
    done: [...history.done, step],
    undone: history.undone.slice(0, -1),
  };
}
