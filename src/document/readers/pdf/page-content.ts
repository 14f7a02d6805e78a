/** Takes text runs, ruled lines and bullets off a page of a PDF. */
import { readDrawings } from './drawings.ts';
import type { Operators, PdfPage } from './engine.ts';
import type { PageContent, Run } from './types.ts';

/** A text item as the engine gives it. */
interface TextItem {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly fontName: string;
}

const isTextItem = (item: object): item is TextItem => 'str' in item;

const boldName = /bold|black|heavy|semibold|demi|[-,]bd\b/i;

/** Fonts of the page by the engine's name for them: bold or not. */
function boldness(page: PdfPage): (font: string) => boolean {
  const known = new Map<string, boolean>();
  return (font) => {
    let isBold = known.get(font);
    if (isBold === undefined) {
      const found = page.commonObjs.has(font) ? (page.commonObjs.get(font) as object | null) : null;
      const { name = '', bold = false, black = false } = (found ?? {}) as Record<string, unknown>;
      isBold = bold === true || black === true || boldName.test(String(name));
      known.set(font, isBold);
    }
    return isBold;
  };
}

/** Private-use signs of symbol fonts that stand for bullets. */
const symbolBullets = /[\uF02D\uF0A7\uF0B7\uF0D8\uF0FC\uF076\uF0A8]/g;
const controls = /[\p{Cc}\p{Cs}]/gu;

/** The text of a page, upright runs apart from turned ones; what is drawn twice to look bold comes once. */
function readRuns(
  items: readonly object[],
  base: readonly number[],
  isBold: (font: string) => boolean,
): { runs: Run[]; turned: Run[] } {
  const runs: Run[] = [];
  const turned: Run[] = [];
  const seen = new Set<string>();
  let isSpaced = false;
  for (const item of items) {
    if (!isTextItem(item)) continue;
    const text = item.str.replace(symbolBullets, '•').replace(controls, '').replace(/\s+/gu, ' ');
    if (text.trim() === '') {
      isSpaced ||= item.str !== '';
      continue;
    }
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = item.transform;
    const [m0 = 1, m1 = 0, m2 = 0, m3 = -1, m4 = 0, m5 = 0] = base;
    const [ux, uy] = [m0 * a + m2 * b, m1 * a + m3 * b];
    const x = m0 * e + m2 * f + m4;
    const y = m1 * e + m3 * f + m5;
    const size = Math.hypot(m0 * c + m2 * d, m1 * c + m3 * d) || item.height;
    const isUpright = ux > 0 && Math.abs(uy) < Math.abs(ux) * 0.1;
    const key = `${text}\n${Math.round(x)}\n${Math.round(y)}`;
    const lead = isSpaced || text.startsWith(' ');
    isSpaced = text.endsWith(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    const run = {
      text: text.trim(),
      x,
      y,
      width: item.width,
      size,
      isBold: isBold(item.fontName),
      isSpaced: lead,
    };
    (isUpright ? runs : turned).push(run);
  }
  return { runs, turned };
}

/** Reads a page. Drawings come first: with them the engine tells which fonts are bold. */
export async function readPageContent(page: PdfPage, operators: Operators): Promise<PageContent> {
  const { width, height, transform } = page.getViewport({ scale: 1 });
  const drawings = readDrawings(await page.getOperatorList(), operators, transform);
  const { items } = await page.getTextContent();
  const { runs, turned } = readRuns(items, transform, boldness(page));
  return { width, height, runs, turned, ...drawings };
}
