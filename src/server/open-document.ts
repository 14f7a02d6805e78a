/** An order's content as a document. */
import { documentFromString } from '../document/read.ts';
import type { Document } from '../document/types.ts';
import type { Order } from './analyst.ts';

export async function openDocument(
  { name, content, format }: Order,
  _signal: AbortSignal,
  _onProgress: (fraction: number) => void,
): Promise<Document> {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  return documentFromString(name, text, (format ?? 'markdown') as 'markdown');
}
