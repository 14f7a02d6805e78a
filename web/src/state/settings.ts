/** What the user prefers: language, colours, names of types in the text. */
import { computed, effect } from '@preact/signals';
import { enWords } from '../words/en.ts';
import { ruWords } from '../words/ru.ts';
import { typeName } from '../words/types.ts';
import { storedSignal } from './stored.ts';

const isRussian = (navigator.languages ?? [navigator.language]).some((tag) =>
  /^(?:ru|be|kk|uk)\b/i.test(tag),
);

export const language = storedSignal('w2ner-language', ['ru', 'en'], isRussian ? 'ru' : 'en');
export const theme = storedSignal('w2ner-theme', ['auto', 'light', 'dark'], 'auto');
/** Whether the names of types stand in the text. */
export const labels = storedSignal('w2ner-labels', ['shown', 'hidden'], 'shown');

/** The words of the page. */
export const words = computed(() => (language.value === 'ru' ? ruWords : enWords));

/** A type's name in the page's language. */
export const nameOf = (type: string): string => typeName(type, language.value);

/** Numbers as the language writes them. */
export const formatNumber = computed(() => {
  const format = new Intl.NumberFormat(language.value);
  return (value: number): string => format.format(value);
});

/** A score with two decimals. */
export const formatScore = computed(() => {
  const format = new Intl.NumberFormat(language.value, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return (value: number): string => format.format(value);
});

/** Keeps the document element in step. */
export function applySettings(): void {
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = words.value.title;
  });
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}
