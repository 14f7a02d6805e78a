/** Signals that outlive the page in the browser's storage. */
import { effect, type Signal, signal } from '@preact/signals';

/**
 * A signal with one of some values.
 * @param fallback what holds when nothing, or something else, is stored
 */
export function storedSignal<T extends string>(key: string, values: readonly T[], fallback: T): Signal<T> {
  const value = signal(values.find((known) => known === read(key)) ?? fallback);
  let isFirst = true;
  effect(() => {
    const now = value.value;
    if (!isFirst) write(key, now);
    isFirst = false;
  });
  return value;
}

/** Storage may be forbidden; then nothing is remembered. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Remembering is a convenience: without it the page works all the same.
  }
}
