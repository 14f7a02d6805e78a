/** Reads plain text: blank lines, page breaks and list marks end a block, hard-wrapped lines are joined. */
import { joinLines, type LineGroup } from '../lines.ts';
import { type MappedText, mapRange, trimText } from '../mapped-text.ts';
import type { Block, BlockKind } from '../types.ts';
import { countSkipped, type Skipped } from './skipped.ts';

/** Lines joined in one go; the last block of a full window is taken up again with the lines that follow. */
const windowLines = 400;
const lineBreak = /\r\n|[\n\r\f\v\u0085\u2028\u2029]/g;
const rule = /^\s*([-=_*~–—.])(?:\s*\1){2,}\s*$/;
/** «ЕОК IIС (УДД 5 УУР С)»: capitals that grade a recommendation. */
const gradeLine = /(?:УУР|УДД)[\s–-]/;
const numberedHeading = /^\d{1,2}(?:\.\d{1,2})*\.?\s+\p{Lu}/u;

/** Yields the lines of a text as source ranges; a page break yields an empty line of its own. */
function* sourceLines(source: string): Generator<readonly [number, number]> {
  let start = 0;
  lineBreak.lastIndex = 0;
  while (start < source.length) {
    lineBreak.lastIndex = start;
    const found = lineBreak.exec(source);
    const end = found?.index ?? source.length;
    yield [start, end];
    if (found === null) return;
    start = end + found[0].length;
    if (found[0] === '\f') yield [end, end];
  }
}

/** A heading is a line of its own, in capitals or numbered, that does not end like a sentence. */
function kindOf(group: LineGroup): BlockKind {
  if (group.isItem) return 'list-item';
  const { text } = group;
  if (group.lineCount > 2 || text.length > 120 || /[.;:,]$/.test(text) || gradeLine.test(text))
    return 'paragraph';
  const isCaps = /^\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text) && (text.match(/\p{Lu}/gu)?.length ?? 0) >= 8;
  return isCaps || numberedHeading.test(text) ? 'heading' : 'paragraph';
}

/** «1 …» is of level 1, «2.3.1 …» of level 3; a line in capitals of level 1. */
function levelOf(text: string): number {
  const number = /^\d{1,2}(?:\.\d{1,2})*/.exec(text)?.[0];
  return number === undefined ? 1 : number.split('.').length;
}

function toBlock(group: LineGroup): Block {
  const kind = kindOf(group);
  const level = kind === 'heading' ? { level: levelOf(group.text) } : {};
  return { kind, text: group.text, offsets: group.offsets, ...level };
}

/**
 * The blocks of a text file.
 *
 * - Blank lines, page breaks and ruler lines (`-----`, counted as `rule`) end a block.
 * - Bullets and simple numbers («1.», «2)», «а)») begin a list item and are not part of its text, as in Markdown;
 *   section numbers («3.1.2.») begin a block and stay in its text.
 * - Other lines are joined as {@link joinLines} says.
 */
export function* readText(source: string, skipped: Skipped): Generator<Block> {
  let run: MappedText[] = [];
  for (const [start, end] of sourceLines(source)) {
    const line = trimText(mapRange(source, start, end));
    const isRule = rule.test(line.text);
    if (isRule) countSkipped(skipped, 'rule');
    if (line.text.length === 0 || isRule) {
      for (const group of joinLines(run, source)) yield toBlock(group);
      run = [];
      continue;
    }
    run.push(line);
    if (run.length < windowLines) continue;
    const groups = joinLines(run, source);
    const last = groups.at(-1)!;
    // A single block that fills the window is let go: the window bounds memory.
    const kept = groups.length === 1 ? 0 : last.lineCount;
    for (const group of kept === 0 ? groups : groups.slice(0, -1)) yield toBlock(group);
    run = kept === 0 ? [] : run.slice(-kept);
  }
  for (const group of joinLines(run, source)) yield toBlock(group);
}
