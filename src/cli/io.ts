import type { CheckpointFiles } from '../checkpoint/file-set.ts';
import { UserError } from '../site/user-error.ts';

/** Options that every command takes. */
export interface CommonOptions {
  json?: boolean;
}

/** Writes one JSON document to stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Says something to the person on stderr, so that stdout stays machine-readable. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Progress on stderr: one line rewritten on a terminal, silent in a pipe. */
export interface ProgressLine {
  update(done: number, total: number, label: string): void;
  finish(): void;
}

export function progressLine(): ProgressLine {
  const terminal = process.stderr.isTTY === true;
  const width = 28;
  return {
    update(done, total, label) {
      if (!terminal) return;
      const filled = total > 0 ? Math.round((width * done) / total) : 0;
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      process.stderr.write(`\r\x1b[K${bar} ${done}/${total} ${label}`);
    },
    finish() {
      if (terminal) process.stderr.write('\r\x1b[K');
    },
  };
}

/** The files, with what is downloaded of each shown as it comes. */
export function showingDownloads(files: CheckpointFiles, line: ProgressLine): CheckpointFiles {
  const kilobytes = (bytes: number) => Math.round(bytes / 1000);
  return {
    ...files,
    read: (path, options) =>
      files.read(path, {
        ...options,
        onProgress(loaded, total) {
          line.update(kilobytes(loaded), kilobytes(total), `kB of ${path}`);
          options?.onProgress?.(loaded, total);
        },
      }),
  };
}

/** An AbortSignal that fires on Ctrl-C, so that a long command ends tidily. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}

/**
 * Reads a number typed on the command line.
 * @throws UserError naming the flag and the range
 */
export function numberOption(
  flag: string,
  { min = -Infinity, max = Infinity, integer = false } = {},
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new UserError(`${flag} must be a number from ${min} to ${max}, not "${text}".`);
    }
    if (integer && !Number.isInteger(value)) {
      throw new UserError(`${flag} must be a whole number, not "${text}".`);
    }
    return value;
  };
}
