import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import { resizeRgb } from '../../src/imagery/resample.ts';
import type { Session } from '../shared/session.ts';

/** Side of a tile's picture on the report's map [px]; enough for print at 1:20 000. */
const THUMB_PX = 64;

/** A small picture of every tile that has one: from memory, else from this device's cache. */
export async function smallPictures(
  session: Session,
  result: SiteResult,
): Promise<Map<string, RgbImage>> {
  const pictures = new Map<string, RgbImage>();
  for (const { id, missing } of result.tiles) {
    const patch = missing ? null : await session.patch(id).catch(() => null);
    if (!patch) continue;
    const size = { width: THUMB_PX, height: THUMB_PX, filter: 'bilinear' as const };
    pictures.set(id, resizeRgb(patch, size));
  }
  return pictures;
}
