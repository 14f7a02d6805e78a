/** What a reader of a packed format (PDF, DOCX) is given beside the bytes. */
import type { DocumentLimits } from '../limits.ts';

/** What a reader of packed formats gets. */
export interface ReaderContext {
  /** Path or name, for messages. */
  readonly where: string;
  readonly limits: DocumentLimits;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}
