/** The lexicon baseline: what a list of the training entities alone would find, for a fair look at a model's scores. */
import { typeKey } from '../data/labels.ts';
import { isDiscontinuous } from '../data/shapes.ts';
import type { EntityMention, Example } from '../data/types.ts';

/** Settings of {@link learnLexicon}. */
export interface LexiconOptions {
  /** Reads every digit as 0, so that «20 мг» also finds «50 мг»; default true. */
  readonly foldDigits?: boolean;
  /**
   * The least share of a phrase's occurrences in training that are annotated (with the phrase's most frequent type);
   * default 0.2, which scores best on guidelines: most phrases are seen once or twice, so a strict share loses them.
   */
  readonly minShare?: number;
}

/** Phrases and the type each stands for. */
export interface Lexicon {
  readonly foldDigits: boolean;
  readonly minShare: number;
  /** How many phrases it holds. */
  readonly phrases: number;
  readonly root: LexiconNode;
}

/** A place in the tree of phrases, word by word. */
export interface LexiconNode {
  readonly next: ReadonlyMap<string, LexiconNode>;
  /** Display name of the type, where a phrase of the lexicon ends. */
  readonly type: string | undefined;
}

/** A node while its phrase is being counted. */
interface Candidate {
  readonly next: Map<string, Candidate>;
  readonly types: Map<string, { readonly type: string; annotated: number }>;
  occurrences: number;
  type: string | undefined;
}

/**
 * Learns a lexicon: every phrase annotated as a contiguous entity, lower-cased, with its most frequent type (the first
 * seen of equally frequent ones), unless it is annotated in too small a share of its occurrences.
 */
export function learnLexicon(training: readonly Example[], options: LexiconOptions = {}): Lexicon {
  const { foldDigits = true, minShare = 0.2 } = options;
  const folded = training.map(({ words }) => foldWords(words, foldDigits));
  const root = newCandidate();
  const ends = new Set<Candidate>();
  training.forEach(({ entities }, i) => {
    for (const { type, words } of entities) {
      if (words.length === 0 || isDiscontinuous(words)) continue;
      const end = addPhrase(root, folded[i]!, words);
      const counted = end.types.get(typeKey(type)) ?? { type, annotated: 0 };
      end.types.set(typeKey(type), counted);
      counted.annotated++;
      ends.add(end);
    }
  });
  for (const words of folded) countOccurrences(root, words);
  let phrases = 0;
  for (const end of ends) {
    let best = { type: '', annotated: 0 };
    for (const counted of end.types.values()) if (counted.annotated > best.annotated) best = counted;
    if (best.annotated < minShare * end.occurrences) continue;
    end.type = best.type;
    phrases++;
  }
  return { foldDigits, minShare, phrases, root };
}

/** The entities a lexicon finds in a sentence: from left to right the longest phrase that fits, none inside another. */
export function applyLexicon(lexicon: Lexicon, words: readonly string[]): EntityMention[] {
  const folded = foldWords(words, lexicon.foldDigits);
  const found: EntityMention[] = [];
  for (let start = 0; start < folded.length; ) {
    let longest: { readonly type: string; readonly end: number } | undefined;
    let node: LexiconNode | undefined = lexicon.root;
    for (let at = start; at < folded.length; at++) {
      node = node.next.get(folded[at]!);
      if (node === undefined) break;
      if (node.type !== undefined) longest = { type: node.type, end: at + 1 };
    }
    if (longest === undefined) {
      start++;
      continue;
    }
    const first = start;
    found.push({
      type: longest.type,
      words: Array.from({ length: longest.end - first }, (_, i) => first + i),
    });
    start = longest.end;
  }
  return found;
}

function newCandidate(): Candidate {
  return { next: new Map(), types: new Map(), occurrences: 0, type: undefined };
}

function addPhrase(root: Candidate, folded: readonly string[], words: readonly number[]): Candidate {
  let node = root;
  for (const word of words) {
    const next = node.next.get(folded[word]!) ?? newCandidate();
    node.next.set(folded[word]!, next);
    node = next;
  }
  return node;
}

function countOccurrences(root: Candidate, words: readonly string[]): void {
  for (let start = 0; start < words.length; start++) {
    let node: Candidate | undefined = root;
    for (let at = start; at < words.length; at++) {
      node = node.next.get(words[at]!);
      if (node === undefined) break;
      node.occurrences++;
    }
  }
}

function foldWords(words: readonly string[], foldDigits: boolean): string[] {
  return words.map((word) => (foldDigits ? word.toLowerCase().replace(/\d/gu, '0') : word.toLowerCase()));
}
