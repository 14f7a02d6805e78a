/** What the service holds at a time, and for how long: every bound in one place. */

/** Bounds of a running service. */
export interface ServiceLimits {
  /** Largest request body. */
  readonly bodyBytes: number;
  /** Longest text of a document, in UTF-16 code units: its result is some forty times as large. */
  readonly characters: number;
  /** All bodies that are being received or worked on, together. */
  readonly heldBytes: number;
  /** Documents that wait for their turn. */
  readonly queue: number;
  /** Longest wait in the queue, and longest work on one document, each. */
  readonly seconds: number;
  /** Longest time that reading a document may take before its sentences come. */
  readonly readSeconds: number;
  /** Finished jobs that are kept, and the bytes of their results together. */
  readonly jobs: number;
  readonly resultBytes: number;
  /** How long a finished job is kept after it ended or was last asked for. */
  readonly resultSeconds: number;
  /** How long accepted work may take once the service was told to stop. */
  readonly stopSeconds: number;
}

const megabyte = 1024 * 1024;

/** What holds when nothing else is said. */
export const defaultLimits: ServiceLimits = {
  bodyBytes: 64 * megabyte,
  characters: 10_000_000,
  heldBytes: 512 * megabyte,
  queue: 500,
  seconds: 120,
  readSeconds: 60,
  jobs: 1000,
  resultBytes: 256 * megabyte,
  resultSeconds: 15 * 60,
  stopSeconds: 30,
};

/** Texts up to this size are read by the process that short requests share. */
export const quickBytes = 64 * 1024;

/** A number of bytes for messages, for example `64 MB`. */
export function megabytes(bytes: number): string {
  const value = bytes / megabyte;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} MB`;
}
