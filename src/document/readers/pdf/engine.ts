/** Opens a PDF with the PDF engine: settings under which nothing is run or fetched, and errors that say what is wrong. */
import { UserError } from '../../../base/errors.ts';

/** What this reader uses of the engine's document. */
export interface PdfDocument {
  readonly numPages: number;
  getPage(number: number): Promise<PdfPage>;
  getMetadata(): Promise<{ readonly info: object }>;
  destroy(): Promise<void>;
}

export interface PdfPage {
  getViewport(options: { scale: number }): { width: number; height: number; transform: number[] };
  getTextContent(): Promise<{ items: readonly object[] }>;
  getOperatorList(): Promise<{ fnArray: number[]; argsArray: unknown[] }>;
  readonly commonObjs: { has(name: string): boolean; get(name: string): unknown };
  cleanup(): unknown;
}

/** Numbers of the drawing operators, by name. */
export type Operators = Readonly<Record<string, number>>;

/**
 * Node 20 lacks this method of ES2024, without which the engine passes no font on; newer Nodes and browsers have it.
 */
function provideTransfer(): void {
  if ('transferToFixedLength' in ArrayBuffer.prototype) return;
  Object.defineProperty(ArrayBuffer.prototype, 'transferToFixedLength', {
    configurable: true,
    writable: true,
    value(this: ArrayBuffer, length = this.byteLength): ArrayBuffer {
      const copy = new ArrayBuffer(length);
      new Uint8Array(copy).set(new Uint8Array(this, 0, Math.min(length, this.byteLength)));
      return copy;
    },
  });
}

const settings = {
  isEvalSupported: false,
  enableXfa: false,
  disableFontFace: true,
  useSystemFonts: false,
  useWorkerFetch: false,
  stopAtErrors: false,
  // Pictures are not decoded.
  maxImageSize: 1,
  verbosity: 0,
} as const;

const reasons: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  PasswordException: [
    'E_PDF_ENCRYPTED',
    'the PDF is encrypted and needs a password, expected one that opens without',
    'save a copy without the password (for example by printing it to a PDF)',
  ],
  InvalidPDFException: [
    'E_PDF',
    'this is not a whole PDF: it is damaged or cut off',
    'copy or download it again',
  ],
};

/** The UserError for what the engine throws on opening. */
function pdfError(where: string, error: unknown): UserError {
  const name = error instanceof Error ? error.name : '';
  const detail = error instanceof Error ? error.message : String(error);
  const [code, message, hint] = reasons[name] ?? [
    'E_PDF',
    `the PDF cannot be read (${detail})`,
    'it is damaged: copy or download it again',
  ];
  return new UserError({ code, where, message, hint, cause: error });
}

/**
 * Opens a PDF.
 * @throws UserError `E_PDF_ENCRYPTED`, `E_PDF`
 */
export async function openPdf(
  bytes: Uint8Array,
  where: string,
): Promise<{ pdf: PdfDocument; operators: Operators }> {
  provideTransfer();
  const { getResolvedPDFJS } = await import('unpdf');
  const engine = await getResolvedPDFJS();
  try {
    // The engine takes its data away from the caller: a copy.
    const pdf = await engine.getDocument({ ...settings, data: new Uint8Array(bytes) }).promise;
    return { pdf: pdf as unknown as PdfDocument, operators: engine.OPS as Operators };
  } catch (error) {
    throw pdfError(where, error);
  }
}
