/** Small things that batch loops share. */

/** Consecutive items, `size` at a time. */
export function* groups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Lets timers and signals (Ctrl-C) be heard between two batches that may both block. */
export function letSignalsIn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
