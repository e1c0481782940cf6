import type { SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import { draftLabel } from '../../src/labels/draft-label.ts';
import type { CandidateEntry, LabelStore } from '../../src/labels/label-store.ts';
import { roughnessOf, siteIdOf } from '../../src/labels/label.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import type { Session, TileCorrection } from '../shared/session.ts';
import type { LabelsState } from './labels-state.ts';

/**
 * Which label belongs to which tile of the site on the map, and making the tiles say what their
 * labels say. A label belongs to a tile by its pixels, so that other imagery or another date is
 * another tile.
 */
export class MapLabels {
  #session: Session;
  #state: () => LabelsState;
  #idOfTile = new Map<string, string>();

  constructor(session: Session, state: () => LabelsState) {
    this.#session = session;
    this.#state = state;
  }

  /** Label ids of the tiles on the map. */
  get ids(): string[] {
    return [...this.#idOfTile.values()];
  }

  /** Finds the tiles of a result among candidates and labels. */
  match(result: SiteResult): void {
    const siteId = siteIdOf(result.site);
    const shas = new Map(result.tiles.map(({ id, imageSha256 }) => [id, imageSha256]));
    const { candidates, labels } = this.#state();
    this.#idOfTile.clear();
    for (const { id, siteId: site, tileId, imageSha256 } of [
      ...candidates.values(),
      ...labels.values(),
    ]) {
      if (site === siteId && tileId && shas.get(tileId) === imageSha256) {
        this.#idOfTile.set(tileId, id);
      }
    }
  }

  labelOf(tileId: string): LabelRecord | null {
    const id = this.#idOfTile.get(tileId);
    return (id && this.#state().labels.get(id)) || null;
  }

  /** Tile of the site on the map that a candidate or label belongs to. */
  tileOf(id: string): string | null {
    for (const [tileId, own] of this.#idOfTile) if (own === id) return tileId;
    return null;
  }

  /** @param result the answer on the map, which may be another site's by now */
  remember({ draft }: CandidateEntry, result: SiteResult | null): void {
    if (!draft.tileId || !result || siteIdOf(result.site) !== draft.siteId) return;
    this.#idOfTile.set(draft.tileId, draft.id);
  }

  /**
   * Looks for a tile's picture, in the queue or captured again.
   * @returns reads it; null where there is none
   */
  seek(
    tile: TileResult,
    result: SiteResult,
  ): (store: LabelStore) => Promise<CandidateEntry | null> {
    const id = this.#idOfTile.get(tile.id);
    const draft = id ? this.#state().candidates.get(id) : undefined;
    const held = this.#session.patches.get(tile.id);
    return async (store) => {
      const png = draft ? await store.candidatePixels(draft.id).catch(() => null) : null;
      if (draft && png) return { draft, png };
      const patch = held ?? (await this.#session.patchOf(tile, result).catch(() => null));
      return patch && draftLabel(tile, patch, result);
    };
  }

  /** Makes the tiles of these labels say what the labels say by the time the tiles are judged. */
  async reconcile(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const wanted = new Set(ids);
    await this.#session.correctTiles((result) =>
      result.tiles.flatMap((tile) => {
        const id = this.#idOfTile.get(tile.id);
        return id && wanted.has(id) ? this.#corrected(tile, id, result) : [];
      }),
    );
  }

  /** What is wrong about a tile beside its label; nothing where it says the same. */
  #corrected(tile: TileResult, id: string, { overrides }: SiteResult): TileCorrection[] {
    const { labels, labeller } = this.#state();
    const label = labels.get(id);
    const roughness = label ? roughnessOf(label.label) : null;
    const told = overrides.find(({ target, id }) => target === 'tile' && id === tile.id);
    const reason = label?.note ?? '';
    const right = roughness
      ? tile.by === 'person' && tile.roughness === roughness && (told?.reason ?? '') === reason
      : tile.by !== 'person';
    return right ? [] : [{ tileId: tile.id, roughness, reason, by: label?.labeller ?? labeller }];
  }
}
