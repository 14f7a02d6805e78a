/** Documents from text that is already in memory. */

import { type Extracted, layOut, placedBlocks } from './extracted.ts';
import type { DocumentFormat, TextFormat } from './format.ts';
import { type DocumentLimits, defaultLimits } from './limits.ts';
import { readHtmlPage } from './readers/html.ts';
import { readMarkdown } from './readers/markdown.ts';
import { readRubricator } from './readers/rubricator.ts';
import { clearSkipped, type Skipped } from './readers/skipped.ts';
import { readText } from './readers/text.ts';
import { withSections } from './sections.ts';
import type { Block, Document } from './types.ts';

/** Where a document comes from, when that is not its name alone. */
export interface DocumentOrigin {
  readonly path?: string;
  readonly encoding?: string;
}

/** Makes the blocks of a source that is read as it stands; what it leaves out it counts. */
type BlockReader = (source: string, skipped: Skipped) => Iterable<Block>;

/** Takes the text out of a source that is not text to read. */
type Extractor = (source: string, where: string, limits: DocumentLimits) => Extracted;

const readers = { markdown: readMarkdown, text: readText } satisfies Record<string, BlockReader>;
const extractors = { html: readHtmlPage, rubricator: readRubricator } satisfies Record<string, Extractor>;

const isReader = (format: TextFormat): format is keyof typeof readers => format in readers;

/** A document of text that was extracted. @throws UserError `E_INPUT_SIZE` */
export function documentFromExtracted(
  name: string,
  extracted: Extracted,
  format: DocumentFormat,
  origin: DocumentOrigin & { readonly limits?: DocumentLimits } = {},
): Document {
  const { limits = defaultLimits } = origin;
  const path = origin.path ?? name;
  const laidOut = layOut(extracted, path, limits.characters);
  return {
    path,
    name,
    source: laidOut.source,
    encoding: origin.encoding ?? format,
    format,
    skipped: extracted.skipped,
    ...(laidOut.pageStarts === undefined ? {} : { pageStarts: laidOut.pageStarts }),
    ...(extracted.metadata === undefined ? {} : { metadata: extracted.metadata }),
    ...(extracted.problems === undefined || extracted.problems.length === 0
      ? {}
      : { problems: extracted.problems }),
    blocks: () => withSections(placedBlocks(laidOut)),
  };
}

/**
 * A document from text that is already in memory. For `html` and `rubricator` the text is markup or JSON, and
 * `document.source` is what was extracted from it.
 * @param name what results call it (`source_file`)
 * @throws UserError for HTML and records: `E_INPUT_SIZE`, `E_INPUT_DEPTH`, `E_RUBRICATOR`
 */
export function documentFromString(
  name: string,
  text: string,
  format: TextFormat,
  origin: DocumentOrigin & { readonly limits?: DocumentLimits } = {},
): Document {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (!isReader(format)) {
    const extracted = extractors[format](source, origin.path ?? name, origin.limits ?? defaultLimits);
    return documentFromExtracted(name, extracted, format, { encoding: 'utf-8', ...origin });
  }
  const skipped: Skipped = {};
  return {
    path: origin.path ?? name,
    name,
    source,
    encoding: origin.encoding ?? 'utf-8',
    format,
    skipped,
    blocks: function* () {
      clearSkipped(skipped);
      yield* withSections(readers[format](source, skipped));
    },
  };
}
