/** What an exporter is: documents and records in, text or bytes out; nothing here or in a format's file touches Node. */
import type { FormatProblem } from '../data/formats/types.ts';
import type { BlockKind } from '../document/types.ts';
import type { ExtractRecord } from '../predict/record.ts';

/** Settings that some formats know. */
export interface ExportOptions {
  /** What separates CSV columns. */
  readonly delimiter?: string;
  /** The model's entity types in its order: they fix colours and configurations; others are added as they come. */
  readonly types?: readonly string[];
  /** Name of the model, where a format tells it. */
  readonly model?: string;
  /** Language of a report for people; default English. */
  readonly language?: 'en' | 'ru';
}

/** Text, or bytes of a binary format. */
export type Chunk = string | Uint8Array;

/** A block as a half-open range of the document's text. */
export interface ExportBlock {
  readonly kind: BlockKind;
  readonly start: number;
  readonly end: number;
}

/** A document whose records follow. */
export interface ExportDocument {
  /** Its file name, or its path when two documents have the same name. */
  readonly name: string;
  /** What all offsets point into. */
  readonly text: string;
  /** Asked for by formats that draw the document. */
  blocks(): Iterable<ExportBlock>;
}

/** A file that an exporter makes beside its main one, or in its folder. */
export interface ExportFile {
  /** In a folder its name; beside a file what takes the place of the extension, for example `.xml`. */
  readonly name: string;
  readonly data: Chunk;
}

/** Turns records into the content of one file or folder, piece by piece. */
export interface RecordWriter<R = ExtractRecord> {
  begin(): Chunk;
  /** Before the first record of each document, also of documents without any. */
  beginDocument?(document: ExportDocument): Chunk;
  record(record: R): Chunk;
  endDocument?(): Chunk;
  end(): Chunk;
  /** Files finished since the last time. */
  takeFiles?(): readonly ExportFile[];
  /** Entities that the format cannot hold. */
  readonly problems?: readonly FormatProblem[];
}

/** A format that results can be written in. */
export interface Exporter<R = ExtractRecord> {
  /** Of file names, without the dot; `''` for a folder. */
  readonly extension: string;
  readonly mediaType: string;
  /** One line for the help. */
  readonly description: string;
  /** Whether {@link RecordWriter.takeFiles} gives everything and there is no main file. */
  readonly isFolder?: true;
  /** Whether it must be told of documents; without that only records. */
  readonly needsDocuments?: true;
  /** Whether it needs sentences without entities too. */
  readonly needsAll?: true;
  open(options?: ExportOptions): RecordWriter<R>;
}

/** A record with what formats for people and tables add where the document tells it. */
export type PlacedRecord = ExtractRecord & { readonly page?: number; readonly section?: string };
