/** Corrections: what they do, how they are undone, what is exported. */
import { describe, expect, test } from 'vitest';
import { noFilter } from '../document/filter.ts';
import { documentOf, entityOf } from '../document/testing.ts';
import type { PageEntity } from '../document/types.ts';
import {
  addEntity,
  changeEntity,
  countChanges,
  moveEdge,
  removeEntity,
  stateOf,
  withWords,
} from './changes.ts';
import { correctedResult, filteredLists, trainingData } from './corrected-result.ts';
import { redo, startHistory, takeStep, undo } from './history.ts';

const drug = entityOf('0.0', 'DRUG', [1, 2], 0.7);
const dose = entityOf('0.1', 'DOSAGE', [3], 0.6);
const list: readonly PageEntity[] = [drug, dose];

describe('changes', () => {
  test('an entity is added where it belongs, once', () => {
    const added = addEntity(list, entityOf('0.n', 'DRUG', [0], 1));
    expect(added.map(({ id }) => id)).toEqual(['0.n', '0.0', '0.1']);
    expect(addEntity(list, entityOf('0.n', 'DRUG', [1, 2], 1))).toBe(list);
    expect(addEntity(list, entityOf('0.n', 'DOSAGE', [1, 2], 1))).toHaveLength(3);
  });

  test('what does nothing gives the same list', () => {
    expect(removeEntity(list, 'no')).toBe(list);
    expect(changeEntity(list, 'no', { type: 'DRUG' })).toBe(list);
    expect(changeEntity(list, '0.0', { type: 'DRUG' })).toBe(list);
    expect(changeEntity(list, '0.0', { words: [] })).toBe(list);
    expect(changeEntity([drug, { ...dose, words: [1, 2] }], '0.1', { type: 'DRUG' })).toHaveLength(2);
  });

  test('what a person set is certain', () => {
    expect(changeEntity(list, '0.1', { type: 'DRUG' })[1]).toMatchObject({
      type: 'DRUG',
      score: 1,
      words: [3],
    });
  });

  test('edges move by words and stop at the sentence and at the last word', () => {
    expect(moveEdge([1, 2], 'grow-left', 4)).toEqual([0, 1, 2]);
    expect(moveEdge([0, 2], 'grow-left', 4)).toEqual([0, 2]);
    expect(moveEdge([1, 2], 'grow-right', 3)).toEqual([1, 2]);
    expect(moveEdge([0, 2], 'shrink-right', 4)).toEqual([0]);
    expect(moveEdge([2], 'shrink-left', 4)).toEqual([2]);
  });

  test('a further part makes it discontinuous', () => {
    expect(withWords([0, 1], 4, 6)).toEqual([0, 1, 4, 5]);
    expect(withWords([0, 1], 1, 3)).toEqual([0, 1, 2]);
  });

  test('states and counts compare with what was found', () => {
    const now = addEntity(
      changeEntity(removeEntity(list, '0.1'), '0.0', { words: [1] }),
      entityOf('0.n', 'DOSAGE', [3, 4], 1),
    );
    expect(now.map((entity) => stateOf(entity, list))).toEqual(['changed', 'added']);
    expect(countChanges([list, []], [now, []])).toEqual({ added: 1, changed: 1, removed: 1 });
    expect(countChanges([list], [[...list]])).toEqual({ added: 0, changed: 0, removed: 0 });
  });
});

describe('undo and redo', () => {
  test('lead through all states and back', () => {
    const start = startHistory([list, []]);
    const one = takeStep(start, 0, removeEntity(list, '0.0'));
    const two = takeStep(one, 1, [entityOf('1.n', 'DRUG', [0])]);
    expect(undo(two).lists).toEqual(one.lists);
    expect(undo(undo(two)).lists[0]).toBe(list);
    expect(redo(redo(undo(undo(two)))).lists).toEqual(two.lists);
    expect(undo(start)).toBe(start);
    expect(redo(two)).toBe(two);
  });

  test('a new step forgets what was undone; no step is none', () => {
    const one = takeStep(startHistory([list]), 0, []);
    const other = takeStep(undo(one), 0, [dose]);
    expect(other.undone).toEqual([]);
    expect(takeStep(other, 0, other.lists[0]!)).toBe(other);
    expect(takeStep(other, 7, [])).toBe(other);
  });
});

describe('results', () => {
  const document = documentOf([
    {
      kind: 'paragraph',
      sentences: ['Дают цитарабин по 5|мг утром', 'Больше ничего'],
      entities: [[0, 'DRUG', [1], 0.8]],
    },
  ]);
  const first = document.found[0]!;

  test('what was not corrected is the result itself', () => {
    expect(correctedResult(document, document.found).sentences).toEqual(document.result.sentences);
  });

  test('new entities get their text and places; the summary counts them', () => {
    const now = addEntity(first, entityOf('0.n', 'DOSAGE', [3, 4], 1));
    const { sentences, summary, text } = correctedResult(document, [now, document.found[1]!]);
    const added = sentences[0]!.entities[1]!;
    expect(added).toMatchObject({ type: 'DOSAGE', index: [3, 4], text: '5 мг', score: 1 });
    expect(added.spans.map(([from, to]) => text.slice(from, to))).toEqual(['5мг']);
    expect(sentences[0]!.entities[0]).toBe(document.result.sentences[0]!.entities[0]);
    expect(summary).toMatchObject({ entities: 2, byType: { DRUG: 1, DOSAGE: 1 } });
  });

  test('a filter leaves out what it does not show', () => {
    expect(filteredLists(document, document.found, { ...noFilter, least: 0.9 })[0]).toEqual([]);
    expect(filteredLists(document, document.found, noFilter)[0]).toBe(first);
  });

  test('training data has a line for each sentence that is wanted', () => {
    const corrected = {
      document,
      lists: [addEntity(first, entityOf('0.n', 'DOSAGE', [3, 4], 1)), document.found[1]!],
    };
    const untouched = { document, lists: document.found };
    const { json, sentences, entities } = trainingData([corrected], 'all');
    expect({ sentences, entities }).toEqual({ sentences: 2, entities: 2 });
    expect(JSON.parse(json)[0]).toEqual({
      sentence: ['Дают', 'цитарабин', 'по', '5', 'мг', 'утром'],
      ner: [
        { type: 'DRUG', index: [1] },
        { type: 'DOSAGE', index: [3, 4] },
      ],
      document: 'a.txt',
    });
    expect(trainingData([corrected], 'with-entities').sentences).toBe(1);
    expect(trainingData([untouched, corrected], 'corrected-documents').sentences).toBe(2);
    expect(JSON.parse(trainingData([untouched], 'corrected-documents').json)).toEqual([]);
  });
});
