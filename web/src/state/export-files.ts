/** Files that leave the page: results, training data, recommendations. */
import type { FormatName } from '../../../src/export/exporters.ts';
import { recommendationRows } from '../../../src/export/recommendation-rows.ts';
import type { RecommendationFormat } from '../../../src/export/recommendations.ts';
import {
  type CorrectedDocument,
  correctedResult,
  filteredLists,
  type TrainingChoice,
  trainingData,
} from '../correct/corrected-result.ts';
import type { Filter } from '../document/filter.ts';
import type { Language } from '../words/types.ts';
import { zipBlob } from './zip.ts';

/** A file ready to be saved. */
export interface SavedFile {
  readonly name: string;
  readonly blob: Blob;
  /** Entities that the format cannot hold. */
  readonly lost: number;
  /** Entities, recommendations or sentences in it. */
  readonly count: number;
}

/** Settings of {@link exportEntities}. */
export interface EntityExport {
  readonly documents: readonly CorrectedDocument[];
  readonly format: FormatName;
  /** Only what it shows. */
  readonly filter?: Filter;
  /** Also sentences without entities. */
  readonly all: boolean;
  readonly delimiter: string;
  readonly language: Language;
}

/** A file name without folders and extension. */
const stemOf = (documents: readonly CorrectedDocument[], otherwise: string): string => {
  const [only] = documents;
  if (documents.length !== 1 || only === undefined) return otherwise;
  return only.document.result.name.replace(/\.[^.]{1,5}$/, '').replace(/[\\/:*?"<>|]+/g, '_') || otherwise;
};

const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? new TextEncoder().encode(data) : data;

/** Entities in a format; an archive where that is several files. */
export async function exportEntities(settings: EntityExport): Promise<SavedFile> {
  const { documents, format, filter, all, delimiter, language } = settings;
  const { exportDocuments } = await import('../../../src/export/export-documents.ts');
  const results = documents.map(({ document, lists }) =>
    correctedResult(document, filter === undefined ? lists : filteredLists(document, lists, filter)),
  );
  const stem = stemOf(documents, 'entities');
  const { files, problems } = exportDocuments(results, format, { stem, all, delimiter, language });
  const count = results.reduce((sum, { summary }) => sum + summary.entities, 0);
  const [only] = files;
  const lost = problems.length;
  if (files.length === 1 && only !== undefined && format !== 'brat') {
    return {
      name: only.name,
      blob: new Blob([only.data as BlobPart], { type: only.mediaType }),
      lost,
      count,
    };
  }
  const zip = await zipBlob(files.map(({ name, data }) => ({ name, data: bytesOf(data) })));
  return { name: `${stem}-${format}.zip`, blob: zip, lost, count };
}

/** Corrected sentences for training. */
export function exportTraining(documents: readonly CorrectedDocument[], choice: TrainingChoice): SavedFile {
  const { json, sentences } = trainingData(documents, choice);
  const name = `${stemOf(documents, 'corrected')}.train.json`;
  return { name, blob: new Blob([json], { type: 'application/json' }), lost: 0, count: sentences };
}

/** Recommendations in a format. */
export async function exportRecommendations(
  documents: readonly CorrectedDocument[],
  format: RecommendationFormat,
  delimiter: string,
): Promise<SavedFile> {
  const { recommendationExporters } = await import('../../../src/export/recommendations.ts');
  const results = documents.map(({ document, lists }) => correctedResult(document, lists));
  const rows = results.flatMap(recommendationRows);
  const { extension, mediaType, open } = recommendationExporters[format];
  const writer = open({ delimiter, types: results.flatMap(({ types }) => types) });
  const parts = [writer.begin(), ...rows.map((row) => writer.record(row)), writer.end()] as BlobPart[];
  const name = `${stemOf(documents, 'documents')}.recommendations.${extension}`;
  return { name, blob: new Blob(parts, { type: mediaType }), lost: 0, count: rows.length };
}

/** Hands a file to the browser. */
export function saveFile({ name, blob }: SavedFile): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
