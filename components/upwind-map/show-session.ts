import type { SiteOverlay } from '../../src/maplibre/site-overlay.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { radiiOf } from './radii.ts';

/** Brings what a session says onto a map. */
export function showSession(overlay: SiteOverlay, state: SessionState): void {
  overlay.show({
    site: state.site?.at ?? null,
    tiles: state.tiles,
    assessment: state.assessment,
    radiiM: radiiOf(state),
  });
  if (state.run.phase !== 'running') overlay.flush();
  const { hotTileId, tileId, hotDirection, direction, markedTileIds } = state.selection;
  const name = hotDirection ?? direction;
  const hot = state.assessment?.directions.find((one) => one.name === name);
  overlay.highlight({
    tileId: hotTileId ?? tileId,
    tileIds: markedTileIds,
    sectors: hot?.sectors ?? [],
  });
}

/**
 * The pointer, or the cursor, is over a tile: it and the direction whose middle is nearest are
 * hot, so that rose and table answer with one.
 * @param bearingDeg of the tile as seen from the site; null on the site itself
 */
export function hoverTile(
  session: Session | null,
  tileId: string | null,
  bearingDeg: number | null,
): void {
  const directions = session?.state.assessment?.directions ?? [];
  const nearest = directions.find(
    (one) =>
      bearingDeg !== null && Math.abs(((one.bearingDeg - bearingDeg + 540) % 360) - 180) <= 22.5,
  );
  session?.select({ hotTileId: tileId, hotDirection: nearest?.name ?? null });
}
