import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DirectionResult, SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import { tilesOfDirection } from '../../src/analysis/tiles-of-direction.ts';
import { feetToMetres } from '../../src/site/height.ts';
import { bothLengths, groundText, lengthText, percent } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import type { Session, SessionState } from '../shared/session.ts';

/** Which tiles a direction was read from, how far it is from flipping, and a closer look. */
export function directionGround(
  direction: DirectionResult,
  result: SiteResult,
  session: Session,
): TemplateResult {
  const { state } = session;
  return html`${boundary(direction, result, state, session)}
  ${tiles(direction, result, state, session)}`;
}

function boundary(
  direction: DirectionResult,
  result: SiteResult,
  state: SessionState,
  session: Session,
) {
  const { unit } = state.settings;
  const here = state.boundary[direction.name] ?? [];
  const all = new Set(Object.values(state.boundary).flat());
  const { distanceToChangeFt: ft } = direction;
  const sideM = result.refinement?.sizeM ?? result.settings.strideM;
  const near = ft !== null && feetToMetres(ft) < sideM / 2;
  const length = ft === null ? '' : bothLengths(feetToMetres(ft), unit);
  return html`<section class="boundary">
    <h4>${t('why.boundary')}</h4>
    ${near ? html`<p>${t('why.boundary.near', { length, tile: lengthText(sideM / 2, unit) })}</p>` : nothing}
    ${lookedAgain(direction, result, unit)}
    ${drawnByHand(direction, result) ? html`<p>${t('why.boundary.drawn')}</p>` : nothing}
    ${
      here.length > 0
        ? html`<p>
              ${t(here.length === 1 ? 'why.boundary.tiles.one' : 'why.boundary.tiles', { count: here.length })}
            </p>
            <button
              class="button tool"
              title=${t('why.refine.hint')}
              ?disabled=${state.run.phase !== 'done'}
              @click=${() => void session.refine()}
            >
              ${icon('search')}
              ${t(all.size === 1 ? 'why.refine.one' : 'why.refine', { count: all.size })}
            </button>`
        : near || result.refinement
          ? nothing
          : html`<p>${t('why.boundary.far')}</p>`
    }
  </section>`;
}

/** What the closer look did for this direction. */
function lookedAgain(direction: DirectionResult, { refinement }: SiteResult, unit: LengthUnit) {
  const before = refinement?.before.find(({ name }) => name === direction.name);
  if (!refinement || !before) return nothing;
  const shift = (ft: number | null): string =>
    ft === null ? '–' : lengthText(feetToMetres(ft), unit);
  return html`<p>
    ${t('why.boundary.refined', {
      size: lengthText(refinement.sizeM, unit),
      before: before.exposure,
      now: direction.exposure,
      was: shift(before.distanceToChangeFt),
      is: shift(direction.distanceToChangeFt),
    })}
  </p>`;
}

const drawnByHand = ({ sectors }: DirectionResult, { overrides, ...result }: SiteResult): boolean =>
  overrides.some(
    ({ target, id, atM }) =>
      target === 'segment' &&
      atM !== undefined &&
      sectors.some((index) => {
        const where = id.slice(0, id.lastIndexOf(':'));
        return where === String(index) || where === result.sectors[index]?.name;
      }),
  );

function tiles(
  direction: DirectionResult,
  result: SiteResult,
  { boundary: byDirection, settings, selection }: SessionState,
  session: Session,
) {
  const read = tilesOfDirection(result, direction);
  if (read.length === 0) return nothing;
  const decides = new Set(byDirection[direction.name]);
  return html`<section class="tiles">
    <h4>${t('why.tiles', { count: read.length })}</h4>
    <ul>
      ${read.map((tile) => {
        const words = wordsOf(tile, settings.unit, decides.has(tile.id));
        return html`<li>
          <button
            class="tile ${tile.roughness?.toLowerCase() ?? ''} ${decides.has(tile.id) ? 'decides' : ''}"
            aria-label=${words}
            title=${words}
            aria-pressed=${selection.tileId === tile.id}
            @pointerenter=${() => session.select({ hotTileId: tile.id })}
            @pointerleave=${() => session.select({ hotTileId: null })}
            @focus=${() => session.select({ hotTileId: tile.id })}
            @blur=${() => session.select({ hotTileId: null })}
            @click=${() => session.select({ tileId: tile.id, markedTileIds: [] })}
          >
            ${tile.roughness ?? '?'}${tile.by === 'person' ? '*' : ''}
          </button>
        </li>`;
      })}
    </ul>
    ${decides.size > 0 ? html`<p class="small muted">${t('why.tiles.key')}</p>` : nothing}
  </section>`;
}

function wordsOf(tile: TileResult, unit: LengthUnit, decides: boolean): string {
  const awayM = Math.hypot(tile.eastM, tile.northM);
  const bearing = Math.round((Math.atan2(tile.eastM, tile.northM) * 180) / Math.PI + 360) % 360;
  const where =
    awayM < 1
      ? t('card.where.site')
      : t('card.where.away', { length: lengthText(awayM, unit), bearing });
  const by =
    tile.by === 'person'
      ? t('why.tiles.person', { model: tile.modelRoughness ?? '–' })
      : tile.by === 'model'
        ? t('why.tiles.model', { share: percent(tile.confidence) })
        : t('why.tiles.missing');
  const roughness = `${tile.roughness ?? '?'}, ${groundText(tile.roughness)}`;
  const words = t('why.tiles.one', { where, roughness, words: by });
  return decides ? `${words}. ${t('why.tiles.decides')}` : words;
}
