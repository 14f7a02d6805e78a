/** Corrections are kept in the browser until their document is closed, and offered again after a reload. */
import { effect, signal } from '@preact/signals';
import type { DocumentResult } from '../../../src/predict/document-result.ts';
import { startHistory } from '../correct/history.ts';
import { createPageDocument } from '../document/page-document.ts';
import type { PageEntity } from '../document/types.ts';
import { documents, finishedDocuments, openResult } from './documents.ts';

/** A document with corrections, as it is kept. */
export interface SavedDocument {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly result: DocumentResult;
  /** The lists that differ from what was found, by sentence. */
  readonly lists: readonly (readonly [sentence: number, list: readonly PageEntity[]])[];
}

/** What an earlier visit left. */
export const restorable = signal<readonly SavedDocument[]>([]);

const storeName = 'documents';
/** Milliseconds of rest before corrections are written. */
const pause = 400;
/** Names of this visit's documents never meet those of another. */
const visit = `${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`;

function openStore(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('w2ner', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'key' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Works on the store.
 * @param act gives a function that reads its result once the transaction is over
 * @returns undefined where the browser forbids it: then nothing is kept
 */
async function withStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => () => T,
): Promise<T | undefined> {
  try {
    const database = await openStore();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(storeName, mode);
        const read = act(transaction.objectStore(storeName));
        transaction.oncomplete = () => resolve(read());
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

const readAll = (): Promise<SavedDocument[] | undefined> =>
  withStore('readonly', (store) => {
    const request = store.getAll();
    return () => request.result as SavedDocument[];
  });

const write = (saved: SavedDocument): Promise<void> =>
  withStore('readwrite', (store) => {
    store.put(saved);
    return () => undefined;
  });

const forget = (keys: readonly string[]): Promise<void> =>
  withStore('readwrite', (store) => {
    for (const key of keys) store.delete(key);
    return () => undefined;
  });

/** Begins: finds what an earlier visit left, and keeps what is corrected from now on. */
export async function startAutosave(): Promise<void> {
  restorable.value = (await readAll()) ?? [];
  const written = new Map<string, unknown>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  effect(() => {
    for (const { key, document, lists } of finishedDocuments.value) {
      const isCorrected = lists !== document.found && lists.some((list, s) => list !== document.found[s]);
      if (written.get(key) === lists || (!isCorrected && !written.has(key))) continue;
      written.set(key, lists);
      const own = `${visit}-${key}`;
      clearTimeout(timers.get(key));
      const changed = [...lists.entries()].filter(([s, list]) => list !== document.found[s]);
      const saved: SavedDocument = { key: own, savedAt: Date.now(), result: document.result, lists: changed };
      const keep = (): void => void (isCorrected ? write(saved) : forget([own]));
      timers.set(key, setTimeout(keep, pause));
    }
    for (const key of written.keys()) {
      if (documents.value.some((document) => document.key === key)) continue;
      written.delete(key);
      clearTimeout(timers.get(key));
      void forget([`${visit}-${key}`]);
    }
  });
}

/** Opens what an earlier visit left, with its corrections; from now on it is kept as this visit's. */
export function restoreSaved(): void {
  for (const { result, lists } of restorable.value) {
    const document = createPageDocument(result);
    const changed = new Map(lists);
    const now = document.found.map((list, s) => changed.get(s) ?? list);
    openResult(document, startHistory(now));
  }
  discardSaved();
}

/** Forgets what an earlier visit left. */
export function discardSaved(): void {
  const keys = restorable.value.map(({ key }) => key);
  restorable.value = [];
  void forget(keys);
}
