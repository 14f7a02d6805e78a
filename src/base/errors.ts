/** Errors that tell a user what to do: where, what is wrong, what was found, what was expected. */

/** What a {@link UserError} is made of. */
export interface UserErrorParts {
  /** Stable machine-readable code, for example `E_CONFIG_KEY`. */
  readonly code: string;
  /** The place: a file, a record path, a setting. */
  readonly where?: string;
  /** What is wrong, with the value found and the value expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Bad input of any kind: reported without a stack, exit code 2. Every other error is a bug, exit code 1. */
export class UserError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(parts: UserErrorParts) {
    const place = parts.where === undefined ? '' : `${parts.where}: `;
    super(`${place}${parts.message}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'UserError';
    this.code = parts.code;
    this.where = parts.where;
    this.hint = parts.hint;
  }
}

/** The message with its hint on a second line, as the command line prints it. */
export function formatError(error: UserError): string {
  return error.hint === undefined ? error.message : `${error.message}\n  hint: ${error.hint}`;
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
