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
  const unpainted = tilePolygons(tiles).features.filter(({ properties }) => properties!.quartered);
  expect(unpainted.map(({ properties }) => properties!.id as string)).toEqual([tile.id]);
});
