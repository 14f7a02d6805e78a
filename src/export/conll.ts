/** CoNLL BIO: a word and its tag a line. Of entities within or across each other the longest is written, none with gaps. */
import { createConllWriter } from '../data/formats/conll.ts';
import type { FormatProblem } from '../data/formats/types.ts';
import type { Exporter } from './types.ts';

/** Writes every sentence, also those without entities; what does not fit is listed. */
export const conllExporter: Exporter = {
  extension: 'conll',
  mediaType: 'text/plain; charset=utf-8',
  description: 'a word and its BIO tag a line; flat entities only',
  needsAll: true,
  open: ({ types = [] } = {}) => {
    const problems: FormatProblem[] = [];
    const writer = createConllWriter(types, problems);
    let document: string | undefined;
    return {
      begin: () => '',
      record: ({ source_file, path, start, sentence, entities }) => {
        const name = path ?? source_file;
        const head = name === document ? '' : writer.begin(name);
        document = name;
        const words = entities.map(({ type, index }) => ({ type, words: index }));
        return head + writer.sentence({ words: sentence, entities: words }, `sentence at ${start}`);
      },
      end: () => '',
      problems,
    };
  },
};
