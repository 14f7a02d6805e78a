/** The result tables of what surrounds the model: readers, recommendations, the service, the profile. */
import type { Result } from './results.ts';
import { machineLine, type Section, table } from './table-text.ts';

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

interface DocumentsResult {
  readonly total: {
    readonly pages: number;
    readonly in_order: number;
    readonly any_order: number;
    readonly glued_words: number;
    readonly pages_per_second: number;
  };
  readonly pdfs: readonly {
    readonly file: string;
    readonly pages: number;
    readonly words: number;
    readonly in_order: number;
    readonly in_order_without_tables: number;
    readonly any_order: number;
    readonly seconds: number;
  }[];
}

interface RecommendationsResult {
  readonly documents: readonly {
    readonly document: string;
    readonly counted: number;
    readonly found: number;
    readonly precision: number;
    readonly recall: number;
    readonly precision_with_grade: number;
    readonly recall_with_grade: number;
    readonly milliseconds: number;
  }[];
}

interface ServiceResult {
  readonly settings: { readonly clients: number; readonly seconds: number; readonly note?: string };
  readonly single: { readonly median_ms: number; readonly p99_ms: number };
  readonly load: {
    readonly requests: number;
    readonly failed: number;
    readonly requests_per_second: number;
    readonly p50_ms: number;
    readonly p99_ms: number;
    readonly memory_mb: Readonly<Record<'before' | 'second_quarter' | 'last_quarter' | 'peak', number>>;
  };
  readonly beside: { readonly median_ms: number };
}

interface ProfileResult {
  readonly sentences: number;
  readonly sentences_per_second_one_thread: number;
  readonly product_limit_gflops: number;
  readonly bilstm_gops: number;
  readonly stages: readonly { readonly name: string; readonly seconds: number; readonly share: number }[];
  readonly operators: readonly { readonly pass: string; readonly operator: string; readonly share: number }[];
}

export const productSections: Readonly<Record<string, Section>> = {
  documents: ([result]) => {
    const { total, pdfs } = result as unknown as DocumentsResult;
    const head = ['file', 'pages', 'words', 'in order', 'without table pages', 'in any order', 's'];
    const rows = pdfs.map((pdf) => [
      ...[pdf.file, pdf.pages, pdf.words, percent(pdf.in_order, 2)],
      ...[percent(pdf.in_order_without_tables, 2), percent(pdf.any_order, 2), pdf.seconds],
    ]);
    const sum =
      `All: ${percent(total.in_order, 2)} in order, ${percent(total.any_order, 2)} in any order, ` +
      `${total.glued_words} glued words, ${total.pages_per_second} pages/s.`;
    return [table(head, rows), sum, machineLine(result!.machine)].join('\n\n');
  },
  recommendations: ([result]) => {
    const { documents } = result as unknown as RecommendationsResult;
    const head = ['document', 'counted', 'found', 'precision', 'recall', 'with the right grade', 'ms'];
    const rows = documents.map((row) => [
      ...[row.document, row.counted, row.found, row.precision, row.recall],
      ...[`${row.precision_with_grade} / ${row.recall_with_grade}`, row.milliseconds],
    ]);
    return `${table(head, rows)}\n\n${machineLine(result!.machine)}`;
  },
  service: ([result]) => {
    const { settings, single, load, beside } = result as unknown as ServiceResult;
    const { memory_mb: memory } = load;
    const rows = [
      ['one sentence, nothing else', `median ${single.median_ms} ms, 99 % within ${single.p99_ms} ms`],
      ['one sentence beside long documents', `median ${beside.median_ms} ms`],
      [
        `${settings.clients} clients for ${settings.seconds} s`,
        `${load.requests} requests, ${load.failed} failed, ${load.requests_per_second}/s, median ${load.p50_ms} ms, 99 % within ${load.p99_ms} ms`,
      ],
      [
        'memory of all processes',
        `${memory.before} MB before, ${memory.second_quarter} in the second quarter, ${memory.last_quarter} in the last, ${memory.peak} at most`,
      ],
    ];
    const note = settings.note === undefined ? '' : ` Note: ${settings.note}.`;
    return `${table(['', ''], rows)}\n\n${machineLine(result!.machine)}${note}`;
  },
  profile: ([result]) => {
    const profile = result as unknown as ProfileResult;
    const stages = profile.stages.map(({ name, seconds, share }) => [name, seconds, percent(share)]);
    const operators = ['first pass', 'second pass'].map((pass) => {
      const own = profile.operators.filter((row) => row.pass === pass);
      return `Operators of the ${pass}: ${own.map(({ operator, share }) => `${operator} ${percent(share)}`).join(', ')}.`;
    });
    return [
      `${profile.sentences} sentences, ${profile.sentences_per_second_one_thread} a second in one thread; a matrix product alone reaches ${profile.product_limit_gflops} GFLOP/s there, the BiLSTMs (int8) ${profile.bilstm_gops} GOP/s.`,
      table(['stage', 's', 'share'], stages),
      ...operators,
      machineLine(result!.machine),
    ].join('\n\n');
  },
} satisfies Record<string, (results: readonly Result[]) => string>;
