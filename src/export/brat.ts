/** A BRAT folder: the text of each document, its annotations beside it, and the types with their colours. */
import { createFileNames, writeAnnotations } from '../data/formats/brat.ts';
import { createBratTypes } from '../data/formats/brat-types.ts';
import type { TextMention } from '../data/formats/types.ts';
import { mentionsOf } from './mentions.ts';
import type { ExportDocument, Exporter, ExportFile } from './types.ts';

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
    let document: ExportDocument | undefined;
    let mentions: TextMention[] = [];
    let ready: ExportFile[] = [];
    return {
      begin: () => '',
      beginDocument: (next) => {
        document = next;
        mentions = [];
        return '';
      },
      record: (record) => {
        mentions.push(...mentionsOf(record, mentions.length));
        return '';
      },
      endDocument: () => {
        const { name, text } = document!;
        const file = fileName(name);
        ready.push(
          { name: `${file}.txt`, data: text },
          { name: `${file}.ann`, data: writeAnnotations({ text, mentions }, types.nameOf) },
        );
        return '';
      },
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
