/** Text of documents inside HTML: shown as it is, never run. */

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for content and for quoted attributes; control characters, which HTML does not allow, become `�`. */
export function escapeHtml(text: string): string {
  return (
    text
      .replace(/[&<>"']/gu, (sign) => signs[sign]!)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what HTML does not allow
      .replace(/[\0-\x08\x0B\x0E-\x1F\x7F]/gu, '\uFFFD')
  );
}

/** Text as a string of CSS. */
export function cssString(text: string): string {
  const escaped = [...text].map((sign) =>
    /[\p{L}\p{N} _/.,:+-]/u.test(sign) ? sign : `\\${sign.codePointAt(0)!.toString(16)} `,
  );
  return `"${escaped.join('')}"`;
}
