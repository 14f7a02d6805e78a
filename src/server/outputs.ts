/** Results as the service answers them: the whole result as JSON, or one of the formats that `extract` writes. */
import { deflateRawSync } from 'node:zlib';
import { problemKinds } from '../data/formats/types.ts';
import { type FormatName, formatNames } from '../export/exporters.ts';
import { createZip } from '../export/zip.ts';
import type { DocumentResult } from '../predict/document-result.ts';
import type { Answer } from './analyst.ts';

/** Names of the formats that answers can have. */
export const outputNames: readonly string[] = formatNames;

/** Makes the answer. Formats of several files come as an archive. */
export async function renderResult(result: DocumentResult, output: string): Promise<Answer> {
  const encoder = new TextEncoder();
  const { sentences, entities } = result.summary;
  if (output === 'json') {
    const body = encoder.encode(JSON.stringify(result));
    return { body, contentType: 'application/json; charset=utf-8', lost: 0, sentences, entities };
  }
  const { exportDocuments } = await import('../export/export-documents.ts');
  const stem = result.name.replace(/\.[^.]*$/, '') || 'document';
  const { files, problems } = exportDocuments([result], output as FormatName, { stem });
  const entries = files.map(({ name, data, mediaType }) => ({
    name,
    mediaType,
    data: typeof data === 'string' ? encoder.encode(data) : data,
  }));
  const lost = problems.filter(({ kind }) => problemKinds[kind].lost).length;
  const counts = { lost, sentences, entities };
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    return { ...counts, body: only.data, contentType: only.mediaType, fileName: only.name };
  }
  const fileName = `${stem}.${output}.zip`;
  return {
    ...counts,
    body: Buffer.concat(await createZip(entries, deflateRawSync)),
    contentType: 'application/zip',
    fileName,
  };
}
