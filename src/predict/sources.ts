/** What there is to read: paths and documents as sources of the pipeline. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { formatError, UserError } from '../base/errors.ts';
import { discoverDocuments } from '../document/discover.ts';
import { openDocument } from '../document/read.ts';
import type { Document } from '../document/types.ts';
import type { DocumentSource } from './pipeline.ts';
import { describeFailure, type FileFailure } from './summary.ts';

/** Documents to read, and paths that led to none. */
export interface FoundSources {
  readonly sources: readonly DocumentSource[];
  readonly failures: readonly FileFailure[];
  /** Paths of files in folders that are no documents. */
  readonly others: readonly string[];
}

/** Finds the documents of files, folders and patterns; documents already read are taken as they are. */
export function findSources(input: readonly (string | Document)[]): FoundSources {
  const { files, failures, others } = discoverDocuments(input.filter((item) => typeof item === 'string'));
  const documents = input.filter((item) => typeof item !== 'string');
  return {
    sources: [...files.map(fileSource), ...documents.map(documentSource)],
    failures: failures.map((error) => describeFailure(error.where ?? '', error)),
    others,
  };
}

const fileSource = (path: string): DocumentSource => ({
  path,
  name: basename(path),
  bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
  read: (signal) => openDocument(path, signal === undefined ? {} : { signal }),
});

const documentSource = (document: Document): DocumentSource => ({
  path: document.path,
  name: document.name,
  bytes: Buffer.byteLength(document.source),
  read: () => document,
});

/** The error for an extraction of which no file could be read. */
export function nothingRead(failures: readonly FileFailure[]): unknown {
  const errors = failures.map(({ code, message, hint }) =>
    hint === undefined ? new UserError({ code, message }) : new UserError({ code, message, hint }),
  );
  if (errors.length === 0) {
    return new UserError({
      code: 'E_INPUT_MISSING',
      message: 'no document was given',
      hint: 'name a file or folder',
    });
  }
  if (errors.length === 1) return failures[0]!.bug ?? errors[0];
  const lines = errors.map((error) => `  ${formatError(error).replace('\n', '\n  ')}`);
  const message = `none of the ${errors.length} inputs could be read:\n${lines.join('\n')}`;
  return new UserError({ code: 'E_INPUT', message });
}
