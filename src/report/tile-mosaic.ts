import type { SiteResult } from '../analysis/site-result.ts';
import type { RgbImage } from '../imagery/patch.ts';

/** One picture of all tiles, and the square of ground that it covers around the site. */
export interface TileMosaic {
  image: RgbImage;
  westM: number;
  northM: number;
  sizeM: number;
}

/** Largest side of a mosaic [px]; 150 dpi on a printed page. */
const LARGEST_PX = 1000;

/**
 * Puts the tiles' pictures side by side; ground without a picture is white.
 * @returns null where no tile has a picture
 */
export function tileMosaic(
  { tiles }: SiteResult,
  pictures: ReadonlyMap<string, RgbImage>,
): TileMosaic | null {
  const seen = tiles.filter(({ id }) => pictures.has(id));
  if (seen.length === 0) return null;
  const reachM = Math.max(
    ...seen.map(
      ({ eastM, northM, sizeM }) => Math.max(Math.abs(eastM), Math.abs(northM)) + sizeM / 2,
    ),
  );
  const finest = Math.max(...seen.map(({ id, sizeM }) => pictures.get(id)!.width / sizeM));
  const side = Math.max(1, Math.min(LARGEST_PX, Math.ceil(2 * reachM * finest)));
  const scale = side / (2 * reachM);
  const rgb = new Uint8Array(side * side * 3).fill(255);
  // Outer tiles first: where tiles overlap the one nearer the site shows.
  for (const tile of seen.toReversed()) {
    const picture = pictures.get(tile.id)!;
    const left = (tile.eastM - tile.sizeM / 2 + reachM) * scale;
    const top = (reachM - tile.northM - tile.sizeM / 2) * scale;
    const length = tile.sizeM * scale;
    const [x0, y0] = [Math.round(left), Math.round(top)];
    const [x1, y1] = [Math.round(left + length), Math.round(top + length)];
    for (let y = Math.max(0, y0); y < Math.min(side, y1); y++) {
      const row = Math.min(
        picture.height - 1,
        Math.floor(((y - y0 + 0.5) / (y1 - y0)) * picture.height),
      );
      for (let x = Math.max(0, x0); x < Math.min(side, x1); x++) {
        const column = Math.min(
          picture.width - 1,
          Math.floor(((x - x0 + 0.5) / (x1 - x0)) * picture.width),
        );
        const from = (row * picture.width + column) * 3;
        const to = (y * side + x) * 3;
        rgb[to] = picture.rgb[from]!;
        rgb[to + 1] = picture.rgb[from + 1]!;
        rgb[to + 2] = picture.rgb[from + 2]!;
      }
    }
  }
  return {
    image: { width: side, height: side, rgb },
    westM: -reachM,
    northM: reachM,
    sizeM: 2 * reachM,
  };
}
