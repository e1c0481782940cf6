import { expect, it } from 'vitest';
import type { TileResult } from '../../../src/analysis/site-result.ts';
import { tileLetters, tilePolygons } from '../../../src/maplibre/overlay-sources.ts';
import { mockResult } from '../../support/mock-result.ts';

it('a tile seen again in quarters gives its letter and colour to them', () => {
  const [tile, other] = mockResult().tiles as [TileResult, TileResult];
  const quarters = ['ne', 'se', 'sw', 'nw'].map((corner) => ({
    ...tile,
    id: `${tile.id}/${corner}`,
  }));
  const tiles = [tile, other, ...quarters];
  const ids = tileLetters(tiles).features.map(({ properties }) => properties!.id as string);
  expect(ids).toEqual([other.id, ...quarters.map(({ id }) => id)]);
  const unpainted = tilePolygons(tiles).features.filter(({ properties }) => !properties!.counts);
  expect(unpainted.map(({ properties }) => properties!.id as string)).toEqual([tile.id]);

  // Unless a person has judged it whole.
  const byHand = [{ ...tile, by: 'person' as const }, other, ...quarters];
  const shown = tileLetters(byHand).features.map(({ properties }) => properties!.id as string);
  expect(shown).toEqual([tile.id, other.id]);
});

it('a person who judged a tile and a quarter of it is taken at both words, ground by ground', () => {
  const [tile] = mockResult().tiles as [TileResult];
  const quarters = ['ne', 'se', 'sw', 'nw'].map((corner): TileResult => ({
    ...tile,
    id: `${tile.id}/${corner}`,
    roughness: 'B',
    by: 'model',
  }));
  quarters[0] = { ...quarters[0]!, roughness: 'D', by: 'person' };
  const tiles: TileResult[] = [{ ...tile, roughness: 'C', by: 'person' }, ...quarters];
  const counting = tilePolygons(tiles).features.filter(({ properties }) => properties!.counts);
  expect(
    counting.map(({ properties }) => [properties!.id, properties!.ground, properties!.person]),
  ).toEqual([
    [`${tile.id}/ne`, 'D', true],
    [`${tile.id}/se`, 'C', true],
    [`${tile.id}/sw`, 'C', true],
    [`${tile.id}/nw`, 'C', true],
  ]);
});
