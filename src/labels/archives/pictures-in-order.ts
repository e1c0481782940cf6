import { UserError } from '../../site/user-error.ts';
import type { LabelStore } from '../label-store.ts';
import type { DatasetLabel } from './dataset.ts';
import type { PixelsOf } from './imagefolder.ts';

/** Pictures read from the store at a time. */
const AHEAD = 64;

/**
 * Reads the pictures of rows that are written in order, many in one transaction: one each would be
 * most of the time that writing thousands of labels takes.
 * @throws UserError where a picture is missing
 */
export function picturesInOrder(
  store: Pick<LabelStore, 'pixelsOfMany'>,
  rows: readonly DatasetLabel[],
): PixelsOf {
  const ids = rows.map(({ label }) => label.id);
  const places = new Map(ids.map((id, i) => [id, i]));
  const held = new Map<string, Uint8Array | null>();
  return async (id) => {
    if (!held.has(id)) {
      held.clear();
      const start = places.get(id)!;
      const wanted = ids.slice(start, start + AHEAD);
      const pngs = await store.pixelsOfMany(wanted);
      for (const [i, png] of pngs.entries()) held.set(wanted[i]!, png);
    }
    const png = held.get(id);
    if (!png) throw new UserError(`The picture of label ${id.slice(0, 8)} is missing: delete it.`);
    return png;
  };
}
