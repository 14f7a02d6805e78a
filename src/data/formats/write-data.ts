/** The table of formats that annotated data is written in; no file is touched here. */
import { bioRecordLine } from './bio-records.ts';
import { createFileNames, writeAnnotations } from './brat.ts';
import { createBratTypes } from './brat-types.ts';
import { createConllWriter } from './conll.ts';
import { labelStudioConfig, labelStudioTask } from './label-studio.ts';
import type { DataFormat } from './names.ts';
import type { FormatProblem, TextDocument, WordsDocument } from './types.ts';

/** A file of the result. */
export interface DataFile {
  /** In the folder of a folder format; else `''` for the file asked for, or what takes the place of its extension. */
  readonly name: string;
  readonly data: string;
}

type DataWriter =
  | {
      readonly holds: 'sentences';
      readonly description: string;
      /** @param noun what a sentence is called in problems; they are numbered from 1 through all documents */
      write(documents: readonly WordsDocument[], problems: FormatProblem[], noun: string): DataFile[];
    }
  | {
      readonly holds: 'texts';
      readonly description: string;
      write(documents: readonly TextDocument[]): DataFile[];
    };

const single = (data: string): DataFile[] => [{ name: '', data }];

/** The records of the training format, a line each. */
const recordLines = (documents: readonly WordsDocument[]): string[] =>
  documents.flatMap(({ name, sentences }) =>
    sentences.map(({ words, entities, chances, extra }) => {
      const ner = entities.map((entity) => ({ type: entity.type, index: entity.words }));
      const cells = chances === undefined ? {} : { cells: chances };
      const document = name === undefined ? {} : { document: name };
      return JSON.stringify({ sentence: words, ner, ...cells, ...document, ...extra });
    }),
  );

/** Types in first-seen order. */
const typesOf = (documents: readonly WordsDocument[] | readonly TextDocument[]): string[] => [
  ...new Set(
    documents.flatMap((document) =>
      'mentions' in document
        ? document.mentions.map(({ type }) => type)
        : document.sentences.flatMap(({ entities }) => entities.map(({ type }) => type)),
    ),
  ),
];

/** How each format is written. */
export const dataWriters = {
  json: {
    holds: 'sentences',
    description: 'the training format, one array',
    write: (documents) => {
      const lines = recordLines(documents);
      return single(lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`);
    },
  },
  jsonl: {
    holds: 'sentences',
    description: 'the training format, a record a line',
    write: (documents) =>
      single(
        recordLines(documents)
          .map((line) => `${line}\n`)
          .join(''),
      ),
  },
  brat: {
    holds: 'texts',
    description: 'a folder with .txt and .ann files for brat',
    write: (documents) => {
      const types = createBratTypes();
      const fileName = createFileNames();
      const files = documents.flatMap(({ name, text, mentions }): DataFile[] => {
        const file = fileName(name);
        return [
          { name: `${file}.txt`, data: text },
          { name: `${file}.ann`, data: writeAnnotations({ text, mentions }, types.nameOf) },
        ];
      });
      return [
        ...files,
        ...types.files(documents.some(({ layout }) => layout === 'words') ? 'words' : 'text'),
      ];
    },
  },
  'label-studio': {
    holds: 'texts',
    description: 'tasks with annotations for Label Studio, and a .xml with its labelling configuration',
    write: (documents) => {
      const tasks = documents.map((document) => JSON.stringify(labelStudioTask(document, 'annotations')));
      return [
        { name: '', data: tasks.length === 0 ? '[]\n' : `[\n${tasks.join(',\n')}\n]\n` },
        { name: '.xml', data: labelStudioConfig(typesOf(documents)) },
      ];
    },
  },
  conll: {
    holds: 'sentences',
    description: 'a word and its BIO tag a line; flat entities only',
    write: (documents, problems, noun) => {
      const writer = createConllWriter(typesOf(documents), problems);
      let number = 0;
      const lines = documents.flatMap(({ name, sentences }) => [
        writer.begin(name),
        ...sentences.map((sentence) => writer.sentence(sentence, `${noun} ${++number}`)),
      ]);
      return single(lines.join(''));
    },
  },
  'bio-jsonl': {
    holds: 'sentences',
    description: 'JSON lines with words and BIO tags; flat entities only',
    write: (documents, problems, noun) => {
      let number = 0;
      const lines = documents.flatMap(({ name, sentences }) =>
        sentences.map((sentence, i) => bioRecordLine(sentence, name, i, `${noun} ${++number}`, problems)),
      );
      return single(lines.join(''));
    },
  },
} as const satisfies Readonly<Record<DataFormat, DataWriter>>;
