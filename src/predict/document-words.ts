/** The words of a document's sentences as a model reads them: with what the document says that its abbreviations stand for. */
import type { Document, Sentence } from '../document/types.ts';
import { findAbbreviations } from '../guideline/abbreviations.ts';
import { indexAbbreviations } from '../text/glossary.ts';
import type { Tagger } from './types.ts';

/** @returns the words of a sentence of the document, for the tagger */
export function documentWords(document: Document, tagger: Tagger): (sentence: Sentence) => readonly string[] {
  const plain = ({ words }: Sentence): string[] => words.map(({ text }) => text);
  if (!tagger.readsMeanings) return plain;
  const abbreviations = indexAbbreviations(findAbbreviations(document.source));
  return (sentence) => abbreviations.annotate(plain(sentence));
}
