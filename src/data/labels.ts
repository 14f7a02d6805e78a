/** The label set of a model: what every number in a relation grid means (Li et al. 2022, §3.1; ids as in the original). */
import { UserError } from '../base/errors.ts';
import type { Example } from './types.ts';

/** No relation between two words (`<pad>` in the original). */
export const LABEL_NONE = 0;
/** Next neighbouring word: the row's word is followed by the column's word in some entity (`<suc>`). */
export const LABEL_NNW = 1;
/** The first tail-head-word label (THW-*); ids from here on are entity types. */
export const LABEL_FIRST_TYPE = 2;

/** Grids hold labels in bytes. */
const MAX_TYPES = 256 - LABEL_FIRST_TYPE;
/** What label lists and `cells` call {@link LABEL_NNW}. */
export const LINK = '<suc>';
const RESERVED = ['<pad>', LINK] as const;

/** Entity types and their label ids. Types compare without regard to case; display names are kept as first seen. */
export interface LabelSet {
  /** Display names, in id order: `types[0]` has id {@link LABEL_FIRST_TYPE}. */
  readonly types: readonly string[];
  /** Number of labels `K`: the types, NNW and none. */
  readonly size: number;
  /** The id of a type in any spelling of case; `undefined` when unknown. */
  idOf(type: string): number | undefined;
  /** The display name of a type id. @throws RangeError for an id that is no type's */
  typeOf(id: number): string;
  /** Every label in id order: `["<pad>", "<suc>", "DRUG", …]`. */
  toJSON(): string[];
}

/** What types are compared by. */
export function typeKey(type: string): string {
  return type.toLowerCase();
}

/** Whether a name is that of a label which is no type, in any case. */
export function isReserved(name: string): boolean {
  return (RESERVED as readonly string[]).includes(typeKey(name));
}

/** Makes a label set of types in the order given; a type seen again, in any case, is skipped. @throws UserError `E_LABELS` */
export function createLabelSet(types: Iterable<string>): LabelSet {
  const names: string[] = [];
  const ids = new Map<string, number>();
  for (const type of types) {
    const key = typeKey(type);
    if (key === '' || isReserved(type)) {
      throw new UserError({ code: 'E_LABELS', message: `an entity type cannot be called "${type}"` });
    }
    if (ids.has(key)) continue;
    ids.set(key, LABEL_FIRST_TYPE + names.length);
    names.push(type);
  }
  if (names.length > MAX_TYPES) {
    throw new UserError({
      code: 'E_LABELS',
      message: `${names.length} entity types are more than a grid can hold, expected at most ${MAX_TYPES}`,
    });
  }
  return {
    types: names,
    size: names.length + LABEL_FIRST_TYPE,
    idOf: (type) => ids.get(typeKey(type)),
    typeOf: (id) => {
      const name = names[id - LABEL_FIRST_TYPE];
      if (name === undefined)
        throw new RangeError(`label ${id} is no entity type, there are ${names.length}`);
      return name;
    },
    toJSON: () => [...RESERVED, ...names],
  };
}

/** The label set of data: types in first-seen order over the sets given (the original reads train, dev, test). */
export function labelSetOf(...sets: readonly (readonly Example[])[]): LabelSet {
  const types = new Map<string, string>();
  const see = (type: string): void => {
    const key = typeKey(type);
    if (!types.has(key)) types.set(key, type);
  };
  for (const { entities, chances = [] } of sets.flat()) {
    for (const { type } of entities) see(type);
    for (const [, , label] of chances) if (label !== LINK) see(label);
  }
  return createLabelSet(types.values());
}

/**
 * Reads what {@link LabelSet.toJSON} wrote.
 * @param where the file, for the error
 * @throws UserError `E_LABELS` when the value is not such a list
 */
export function labelSetFromJson(value: unknown, where: string): LabelSet {
  const bad = (message: string): UserError => new UserError({ code: 'E_LABELS', where, message });
  if (!Array.isArray(value) || !value.every((label): label is string => typeof label === 'string')) {
    throw bad('labels must be a list of strings');
  }
  if (value[LABEL_NONE] !== RESERVED[0] || value[LABEL_NNW] !== RESERVED[1]) {
    throw bad(
      `labels must begin with "${RESERVED[0]}", "${RESERVED[1]}", got ${JSON.stringify(value.slice(0, 2))}`,
    );
  }
  const labels = createLabelSet(value.slice(LABEL_FIRST_TYPE));
  if (labels.size !== value.length) throw bad('labels name one type twice');
  return labels;
}
