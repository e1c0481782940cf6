import type { TileResult } from '../../src/analysis/site-result.ts';
import { groundText, percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import type { Session } from '../shared/session.ts';
import { hoverTile } from './show-session.ts';
import { siteTile, tileAfter } from './tile-steps.ts';

/** The keyboard's way over the tiles: arrows go, Shift takes in, Enter opens. */
export class TileCursor {
  #id: string | null = null;

  constructor(
    private readonly host: {
      session(): Session | null;
      /** For a screen reader. */
      say(words: string): void;
    },
  ) {}

  enter(): void {
    this.#move(this.#tile());
  }

  leave(): void {
    this.host.session()?.select({ hotTileId: null, hotDirection: null });
  }

  readonly onKey = (event: KeyboardEvent): void => {
    const session = this.host.session();
    const from = this.#tile();
    if (!session || !from) return;
    const next = tileAfter(event.key, from, session.state.tiles);
    if (next && event.shiftKey) this.#markStep(session, from, next);
    else if (next) this.#move(next);
    else if (event.key === 'Enter' || event.key === ' ') session.select({ tileId: from.id });
    else if (event.key === 'Escape') session.select({ tileId: null, markedTileIds: [] });
    else return;
    event.preventDefault();
  };

  #tile(): TileResult | null {
    const state = this.host.session()?.state;
    const tiles = state?.tiles ?? [];
    const held = this.#id ?? state?.selection.tileId;
    return tiles.find(({ id }) => id === held) ?? siteTile(tiles);
  }

  /** Shift with an arrow takes both tiles in. */
  #markStep(session: Session, from: TileResult, next: TileResult): void {
    const marked = session.state.selection.markedTileIds;
    session.select({ markedTileIds: [...new Set([...marked, from.id, next.id])] });
    this.#move(next);
  }

  #move(tile: TileResult | null): void {
    if (!tile) return;
    this.#id = tile.id;
    this.host.say(wordsOf(tile));
    const bearing = (Math.atan2(tile.eastM, tile.northM) * 180) / Math.PI;
    const away = Math.hypot(tile.eastM, tile.northM);
    hoverTile(this.host.session(), tile.id, away < 1 ? null : (bearing + 360) % 360);
  }
}

function wordsOf(tile: TileResult): string {
  const away = Math.round(Math.hypot(tile.eastM, tile.northM));
  const bearing = Math.round((Math.atan2(tile.eastM, tile.northM) * 180) / Math.PI + 360) % 360;
  const where =
    away < 1 ? t('card.where.site') : t('card.where.away', { length: `${away} m`, bearing });
  if (tile.missing) return t('map.cursor.missing', { where });
  if (tile.by === null) return t('map.cursor.waiting', { where });
  return t('map.cursor.tile', {
    where,
    roughness: tile.roughness ?? '–',
    words: groundText(tile.roughness),
    confidence: percent(tile.confidence),
  });
}
