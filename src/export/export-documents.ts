/** Whole documents in any format, in memory and without Node: for the service and the page. */
import type { FormatProblem } from '../data/formats/types.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import { defaultName, exporters, type FormatName } from './exporters.ts';
import type { Chunk, ExportDocument, Exporter, ExportFile, ExportOptions } from './types.ts';

/** A file to hand over. */
export interface ExportedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly data: Chunk;
}

/** What {@link exportDocuments} made. */
export interface ExportedDocuments {
  /** The main file first; for a folder format all files of the folder. */
  readonly files: readonly ExportedFile[];
  /** Entities that the format cannot hold. */
  readonly problems: readonly FormatProblem[];
}

/** Settings of {@link exportDocuments}. */
export interface ExportDocumentsOptions extends Omit<ExportOptions, 'types' | 'model'> {
  /** Name of the main file without its extension; default `results`. */
  readonly stem?: string;
  /** Also sentences without entities, in formats that can do without. */
  readonly all?: boolean;
}

const mediaTypes: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  ann: 'text/plain; charset=utf-8',
  conf: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Documents as the exporter takes them; names that are not unique get a number. */
function exportDocumentsOf(results: readonly DocumentResult[]): ExportDocument[] {
  const seen = new Map<string, number>();
  return results.map(({ name, text, blocks }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { name: count === 1 ? name : `${name} (${count})`, text, blocks: () => blocks };
  });
}

/** Writes documents with their entities in a format. */
export function exportDocuments(
  results: readonly DocumentResult[],
  format: FormatName,
  { stem = 'results', all = false, ...rest }: ExportDocumentsOptions = {},
): ExportedDocuments {
  const exporter: Exporter = exporters[format];
  const types = [...new Set(results.flatMap((result) => result.types))];
  const model = [...new Set(results.map((result) => result.model))].join(', ');
  const writer = exporter.open({ ...rest, types, model });
  const chunks: Chunk[] = [];
  const others: ExportFile[] = [];
  const put = (chunk: Chunk): void => {
    if (chunk.length > 0) chunks.push(chunk);
    others.push(...(writer.takeFiles?.() ?? []));
  };
  put(writer.begin());
  const documents = exportDocumentsOf(results);
  results.forEach(({ sentences }, i) => {
    const document = documents[i]!;
    put(writer.beginDocument?.(document) ?? '');
    for (const { word_spans: _, ...record } of sentences) {
      if (record.entities.length === 0 && !all && exporter.needsAll !== true) continue;
      put(writer.record(document.name === record.source_file ? record : { ...record, path: document.name }));
    }
    put(writer.endDocument?.() ?? '');
  });
  put(writer.end());
  const main = { name: defaultName(format, stem), mediaType: exporter.mediaType, data: joinChunks(chunks) };
  const files = others.map(({ name, data }) => ({
    name: exporter.isFolder === true ? name : main.name.slice(0, -exporter.extension.length - 1) + name,
    mediaType: mediaTypes[extensionOf(name)] ?? 'application/octet-stream',
    data,
  }));
  return { files: exporter.isFolder === true ? files : [main, ...files], problems: writer.problems ?? [] };
}

/** One string, or one array of bytes when any piece is bytes. */
function joinChunks(chunks: readonly Chunk[]): Chunk {
  const strings = chunks.filter((chunk) => typeof chunk === 'string');
  if (strings.length === chunks.length) return strings.join('');
  const encoder = new TextEncoder();
  const parts = chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
