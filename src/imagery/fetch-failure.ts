import { UserError } from '../site/user-error.ts';

export type FailureKind =
  /** The page may not read the server's answers. */
  | 'cors'
  /** No connection. */
  | 'network'
  | 'timeout'
  /** An answer other than a picture's: 403, 429, 500. */
  | 'status'
  /** An answer that is no picture, or a damaged or monstrous one. */
  | 'content';

/** Why one picture could not be had. Its message is one line for people and holds no keys. */
export class FetchFailure extends Error {
  override name = 'FetchFailure';
  readonly kind: FailureKind;
  /** True where trying again may help. */
  readonly passing: boolean;
  /** How long the server asks to be left alone [ms]. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    options: {
      kind: FailureKind;
      passing?: boolean;
      retryAfterMs?: number | null;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.kind = options.kind;
    this.passing = options.passing ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

const REMEDY: Record<FailureKind, string> = {
  cors: 'Choose another source, or use the command line, which no server can refuse this way.',
  network: 'Check the address and the connection.',
  timeout: 'Try again later, or choose another source.',
  status: 'Check the address and the key, or choose another source.',
  content: 'Check the address, or choose another source.',
};

/** The one error for a source of which nothing could be had. */
export function sourceFailed(sourceName: string, failure: FetchFailure): UserError {
  return new UserError(
    `No pictures from ${sourceName}: ${failure.message} ${REMEDY[failure.kind]}`,
    {
      cause: failure,
    },
  );
}
