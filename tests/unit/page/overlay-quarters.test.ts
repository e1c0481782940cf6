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

  // Unless a person has judged it whole; a quarter that a person judged holds all the same.
  const byHand = [{ ...tile, by: 'person' as const }, other, ...quarters];
  byHand[2] = { ...quarters[0]!, by: 'person' };
  const shown = tileLetters(byHand).features.map(({ properties }) => properties!.id as string);
  expect(shown).toEqual([tile.id, other.id, quarters[0]!.id]);
});
