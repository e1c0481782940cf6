import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { overrideSchema } from '../exposure/verdict.ts';
import type { Override } from '../exposure/verdict.ts';
import { UserError } from '../site/user-error.ts';
import { numberOption } from './io.ts';

/** Reads `--edition`. */
export function editionOption(text: string): '7-16' | '7-22' {
  const edition = text.trim().replace(/^asce\s*/i, '');
  if (edition === '7-16' || edition === '7-22') return edition;
  throw new UserError(`--edition must be 7-16 or 7-22, not "${text}".`);
}

/** Reads `--bearings 32,122`, degrees clockwise from true north. */
export function bearingsOption(text: string): number[] {
  return text.split(',').map((part) => {
    const bearing = Number(part);
    if (part.trim() === '' || !Number.isFinite(bearing) || bearing < 0 || bearing > 360) {
      throw new UserError(`--bearings must be degrees from 0 to 360 with commas, not "${text}".`);
    }
    return bearing;
  });
}

/** Reads `--threads`. */
export const threadsOption = numberOption('--threads', { min: 1, max: 64, integer: true });

/** Reads `--date`; the day it is here, unless said. */
export function dateOption(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UserError(`--date must be a day such as 2026-01-31, not "${text}".`);
}

export const today = (now = new Date()): string =>
  [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');

const overridesFile = z.union([
  z.array(overrideSchema),
  z.object({ overrides: z.array(overrideSchema) }).transform(({ overrides }) => overrides),
]);

/**
 * Reads `--overrides`: a list of them, or any document that holds one under `overrides`, such as
 * `result.json` or the exported GeoJSON.
 * @throws UserError where the file holds none
 */
export async function readOverrides(path: string | undefined): Promise<Override[]> {
  if (path === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as Error).message.split('\n')[0]}`);
  }
  const parsed = overridesFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${path} holds no overrides. Give a result.json, or a list of {target, id, from, to, reason, by}.`,
  );
}
