/** A BRAT folder: the text of each document, its annotations beside it, and the types with their colours. */
import { createFileNames, writeAnnotations } from '../data/formats/brat.ts';
import { createBratTypes } from '../data/formats/brat-types.ts';
import { collectMentions } from './mentions.ts';
import type { Exporter, ExportFile } from './types.ts';

/** Writes `NAME.txt` and `NAME.ann` for each document; scores are notes that brat shows with the entity. */
export const bratExporter: Exporter = {
  extension: '',
  mediaType: 'text/plain; charset=utf-8',
  description: 'a folder with .txt and .ann files for brat',
  isFolder: true,
  needsDocuments: true,
  open: ({ types: known = [] } = {}) => {
    const types = createBratTypes(known);
    const fileName = createFileNames();
    let ready: ExportFile[] = [];
    return {
      begin: () => '',
      ...collectMentions(({ name, text }, mentions) => {
        const file = fileName(name);
        ready.push(
          { name: `${file}.txt`, data: text },
          { name: `${file}.ann`, data: writeAnnotations({ text, mentions }, types.nameOf) },
        );
        return '';
      }),
      end: () => {
        ready.push(...types.files('text'));
        return '';
      },
      takeFiles: () => {
        const files = ready;
        ready = [];
        return files;
      },
    };
  },
};
