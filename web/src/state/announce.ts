/** What screen readers are told of changes. */
import { signal } from '@preact/signals';

/** The last announcement; the same one twice in a row differs by a space, so that it is read again. */
export const announcement = signal('');

/** Tells something, politely. */
export function announce(text: string): void {
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

/** Something that the user should see and that goes away by itself. */
export const notice = signal<string | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a notice for a while, and announces it. */
export function notify(text: string): void {
  notice.value = text;
  announce(text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    notice.value = undefined;
  }, 5000);
}
