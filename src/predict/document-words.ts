/** The words of a document's sentences as a model reads them: with what the document says that its abbreviations stand for. */
import type { Sentence } from '../document/types.ts';
import { indexAbbreviations } from '../text/glossary.ts';
import type { Tagger } from './types.ts';

/**
 * @param abbreviations finds those that the document explains; called only where the model reads them
 * @returns the words of a sentence of the document, for the tagger
 */
export function documentWords(
  tagger: Tagger,
  abbreviations: () => ReadonlyMap<string, string>,
): (sentence: Sentence) => readonly string[] {
  const plain = ({ words }: Sentence): string[] => words.map(({ text }) => text);
  if (!tagger.readsMeanings) return plain;
  const index = indexAbbreviations(abbreviations());
  return (sentence) => index.annotate(plain(sentence));
}
