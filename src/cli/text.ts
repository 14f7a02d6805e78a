/** How numbers, times and names are written for people. */

const grouped = new Intl.NumberFormat('en');

/** `12,345`. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** `1 file`, `12,345 files`; `plural` where an `s` will not do. */
export function formatPlural(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(value)} ${value === 1 ? noun : plural}`;
}

/** `12.3 %`; a dash for a share of nothing. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `12.3 MB`. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `0.4 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Items per second: `812`, `8.1`. */
export function formatRate(items: number, seconds: number): string {
  if (seconds <= 0) return '–';
  const rate = items / seconds;
  return rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1);
}

/** Shortens a name in the middle, so that its beginning and its extension stay. */
export function shorten(name: string, width: number): string {
  const characters = [...name.normalize('NFC')];
  if (characters.length <= width) return characters.join('');
  const tail = Math.floor((width - 1) / 2);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/** Breaks a name into lines of at most `width`, at spaces where there are some; what is beyond the last line is shortened. */
export function wrapName(name: string, width: number, mostLines = 3): string {
  const lines: string[] = [];
  let rest = [...name.normalize('NFC')];
  while (rest.length > width && lines.length < mostLines - 1) {
    const space = rest.lastIndexOf(' ', width);
    const cut = space > width / 3 ? space : width;
    lines.push(rest.slice(0, cut).join(''));
    rest = rest.slice(rest[cut] === ' ' ? cut + 1 : cut);
  }
  return [...lines, shorten(rest.join(''), width)].join('\n');
}

/** As many items as fit, separated by commas. */
export function fitList(items: readonly string[], width: number): string {
  let line = '';
  for (const item of items) {
    const next = line === '' ? item : `${line}, ${item}`;
    if (next.length <= width) line = next;
  }
  if (line !== '' || items.length === 0) return line;
  return `${[...items[0]!].slice(0, width - 1).join('')}…`;
}

/** Items separated by commas over several lines, the later ones indented. */
export function wrapList(items: readonly string[], width: number, indent: number): string {
  const lines: string[] = [];
  for (const [i, item] of items.entries()) {
    const piece = i + 1 < items.length ? `${item},` : item;
    const last = lines.length - 1;
    if (last >= 0 && lines[last]!.length + 1 + piece.length <= width - indent) lines[last] += ` ${piece}`;
    else lines.push(piece);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
