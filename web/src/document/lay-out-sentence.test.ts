/** Pieces and their lines: nested, crossing and discontinuous entities. */
import { describe, expect, test } from 'vitest';
import { layOutSentence, type Piece } from './lay-out-sentence.ts';
import { readEntity, readWords, wordPlaces } from './sentence-text.ts';
import { entityOf, sentenceOf } from './testing.ts';

/** A piece as `[text]lines`: letters for words, dots for gaps, dashes for empty lanes; labels behind `/`. */
const shown = ({ text, lines, ending }: Piece): string => {
  if (lines.length === 0) return text;
  const marks = lines
    .map(({ kind, type }) => (kind === 'words' ? type : kind === 'gap' ? '.' : '-'))
    .join('');
  return `[${text}]${marks}${ending.length > 0 ? `/${ending.map(({ type }) => type).join('')}` : ''}`;
};

function lay(source: string, ...entities: [type: string, words: number[]][]): string {
  const { text, sentence } = sentenceOf(source);
  const pieces = layOutSentence(
    text,
    sentence,
    entities.map(([type, words], i) => entityOf(`0.${i}`, type, words)),
  );
  expect(pieces.map((piece) => piece.text).join('')).toBe(readWords(text, sentence));
  return pieces.map(shown).join('');
}

describe('pieces', () => {
  test('flat entities stand alone, with the words around them', () => {
    expect(lay('дают 5 мг в сутки', ['a', [1, 2]])).toBe('дают [5 мг]a/a в сутки');
  });

  test('an inner entity is next to the text, the outer one below', () => {
    expect(lay('КТ органов малого таза', ['a', [0, 1, 2, 3]], ['b', [2, 3]])).toBe(
      '[КТ органов ]-a[малого таза]ba/ba',
    );
  });

  test('the gap of a discontinuous entity is bridged', () => {
    expect(lay('КТ и МРТ таза', ['a', [0, 3]], ['b', [2, 3]])).toBe('[КТ]-a[ и ]-.[МРТ ]b.[таза]ba/ba');
  });

  test('entities that cross get lanes of their own', () => {
    expect(lay('один два три', ['a', [0, 1]], ['b', [1, 2]])).toBe('[один ]a[два]ab/a[ три]-b/b');
  });

  test('entities that touch are apart, without a space between them', () => {
    expect(lay('МРТ|/|КТ', ['a', [0]], ['a', [2]])).toBe('[МРТ]a/a/[КТ]a/a');
    expect(lay('5|мг', ['a', [0]], ['a', [1]])).toBe('[5]a/a[мг]a/a');
  });

  test('words know their place in their piece', () => {
    const { text, sentence } = sentenceOf('дают 5|мг утром');
    const pieces = layOutSentence(text, sentence, [entityOf('0.0', 'a', [1, 2])]);
    expect(pieces[1]).toMatchObject({
      text: '5мг',
      words: [
        { word: 1, start: 0, end: 1 },
        { word: 2, start: 1, end: 3 },
      ],
    });
  });
});

describe('readable text', () => {
  test('markup between words is left out, character references are read', () => {
    const text = 'при **AUC**&gt;5';
    const sentence = {
      ...sentenceOf('при AUC|>|5').sentence,
      word_spans: [[[0, 3]], [[6, 9]], [[11, 15]], [[15, 16]]] as [number, number][][],
    };
    expect(readWords(text, sentence)).toBe('при AUC>5');
    expect(wordPlaces(text, sentence)).toEqual([
      [0, 3],
      [4, 7],
      [7, 8],
      [8, 9],
    ]);
  });

  test('a gap is told', () => {
    const { text, sentence } = sentenceOf('острой и хронической РТПХ');
    expect(readEntity(text, sentence, [0, 3])).toBe('острой … РТПХ');
  });
});
