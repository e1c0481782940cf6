import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** What commands keep between runs: of this test file alone, never the person's own. */
const CACHE = mkdtempSync(join(tmpdir(), 'upwind-cache-'));
process.once('exit', () => rmSync(CACHE, { recursive: true, force: true }));

export interface CliRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `upwind` from the sources in a process of its own, which a test may kill. */
export function startCli(args: string[], env: Record<string, string> = {}) {
  const entry = join(ROOT, 'tests/support/cli-entry.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    cwd: ROOT,
    env: { ...process.env, UPWIND_CACHE: CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<CliRun>((settle, fail) => {
    child.on('error', fail);
    child.on('close', (status) => settle({ status, stdout, stderr }));
  });
  return { child, done };
}

/** Runs `upwind` to its end, as a person would. */
export function runCli(args: string[], env: Record<string, string> = {}): Promise<CliRun> {
  return startCli(args, env).done;
}
