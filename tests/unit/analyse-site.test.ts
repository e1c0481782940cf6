import { expect, test } from 'vitest';
import { analyseSite } from '../../src/analysis/analyse-site.ts';
import type { AnalysisEvent } from '../../src/analysis/analysis-event.ts';
import { refineResult, tilesWorthRefining } from '../../src/analysis/refine-result.ts';
import { reassess } from '../../src/analysis/reassess.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import { squareAround } from '../../src/site/mercator.ts';
import { UserError } from '../../src/site/user-error.ts';
import type { Classifier } from '../../src/vit/classifier.ts';
import { paintedSource, ports, reader, SITE } from '../support/painted-ground.ts';
import type { Ground } from '../support/painted-ground.ts';

test('open country all round: 145 tiles, C everywhere, nearest first', async () => {
  const rings: number[] = [];
  const onProgress = (event: AnalysisEvent) => {
    if (event.type === 'tile') rings.push(event.tile.ring);
  };
  const result = await analyseSite(
    { site: SITE, heightFt: 25 },
    ports(() => 'C'),
    { onProgress },
  );
  expect(result.tiles).toHaveLength(145);
  expect(result.directions.map(({ exposure }) => exposure)).toEqual(Array(8).fill('C'));
  expect(rings).toEqual([...rings].sort((a, b) => a - b));
});

test('the next batch is painted and sent while the model is at one; the answer is the same', async () => {
  // A model that answers a batch only when another waits: whoever asks one by one never ends.
  const log: string[] = [];
  let answerFirst = () => {};
  const slow: Classifier = {
    ...reader,
    async classify(images) {
      const [name, last] = [`batch ${log.length}`, log.length === 0];
      log.push(name);
      if (last) await new Promise<void>((resolve) => (answerFirst = resolve));
      else answerFirst();
      return reader.classify(images);
    },
  };
  const ground: Ground = (eastM) => (eastM > 0 ? 'B' : 'C');
  const events: string[] = [];
  const onProgress = (event: AnalysisEvent) => {
    if (event.type === 'tile') events.push(event.tile.id);
  };
  const request = { site: SITE, heightFt: 25 };
  const result = await analyseSite(request, ports(ground, slow), { onProgress });
  expect(result).toEqual(await analyseSite(request, ports(ground)));
  expect(log.length).toBeGreaterThan(1);
  expect(events).toEqual(result.tiles.map(({ id }) => id));
});

test('what the model says no to ends the reading, without waiting for the pictures', async () => {
  const source = paintedSource(() => 'C');
  let painted = 0;
  const stuck: ImagerySource = {
    ...source,
    // The first batch comes; then the source hangs until it is told to stop.
    paint: (request, signal) =>
      ++painted <= 16
        ? source.paint!(request, signal)
        : new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
          }),
  };
  const classify = () => Promise.reject(new UserError('out of memory'));
  const analysis = analyseSite(
    { site: SITE, heightFt: 25 },
    { ...ports(() => 'C', { ...reader, classify }), source: stuck },
  );
  await expect(analysis).rejects.toThrow('out of memory');
});

test('a shore 410 ft to the south: the rim of the circle is looked at too, and S is D', async () => {
  // Water from 125 m (410 ft) south, at most 580 ft along a ray 45° off: within the 600 ft of
  // 26.7.3, so 5000 ft of it must be seen, out to 5600 ft along every ray.
  const shore: Ground = (_eastM, northM) => (northM < -125 ? 'D' : 'C');
  const result = await analyseSite({ site: SITE, heightFt: 25 }, ports(shore));
  const south = result.directions.find(({ name }) => name === 'S')!;
  expect(south.exposureStrict).toBe('D');
  expect(south.undetermined).toBe(false);
  expect(result.tiles.length).toBeGreaterThan(145);
  expect(result.tiles.slice(145).every(({ northM }) => northM < 0)).toBe(true);
  expect(result.directions.find(({ name }) => name === 'N')!.exposure).toBe('C');
});

test('a tall building looks further out only where that can change the answer', async () => {
  // 300 ft: 26.7.3 asks 6000 ft (1829 m) of B, and 6000 ft of D within 6000 ft. Town fills the
  // north to the horizon and the south for 2000 m, with water behind.
  const town: Ground = (_eastM, northM) => (northM < -2000 ? 'D' : 'B');
  const stages = new Map<number, number>();
  const onProgress = (event: AnalysisEvent) => {
    if (event.type === 'plan') stages.set(event.stage, event.tiles.length);
  };
  const result = await analyseSite({ site: SITE, heightFt: 300 }, ports(town), { onProgress });
  expect(stages.get(1)).toBe(145);
  expect(stages.get(2)).toBeGreaterThan(0);
  expect(result.directions.find(({ name }) => name === 'N')!.exposure).toBe('B');
});

test('a place off the synthetic scene is told what to do', async () => {
  const source: ImagerySource = {
    ...paintedSource(() => 'C'),
    synthetic: true,
    planTile: (tile) => ({
      tileId: tile.id,
      bounds: squareAround(tile.centre, tile.sizeM),
      requests: [],
      nativeMetresPerPixel: 1,
    }),
  };
  const result = await analyseSite({ site: SITE, heightFt: 25 }, { ...ports(() => 'C'), source });
  expect(result.tiles.every(({ roughness }) => roughness === null)).toBe(true);
  expect(result.warnings.find(({ code }) => code === 'off-scene')!.message).toMatch(
    /choose imagery/,
  );
});

test('refining looks again at the boundary tiles that could change a direction, in quarters', async () => {
  // Water from 190 m south: 623 ft, just past the 600 ft of 26.7.3, but the tile row that holds
  // the boundary (125 to 375 m) reads as water from 125 m on: D. Its quarters end at 250 m.
  const shore: Ground = (_eastM, northM) => (northM < -190 ? 'D' : 'C');
  const coarse = await analyseSite({ site: SITE, heightFt: 25 }, ports(shore));
  expect(coarse.directions.find(({ name }) => name === 'S')!.exposure).toBe('D');
  const fine = await analyseSite({ site: SITE, heightFt: 25, refine: true }, ports(shore));
  expect(fine.directions.find(({ name }) => name === 'S')!.exposure).toBe('C');
  const quarters = fine.tiles.filter(({ id }) => id.includes('/'));
  expect(quarters.length % 4).toBe(0);
  expect(quarters.some(({ northM, roughness }) => northM === -187.5 && roughness === 'C')).toBe(
    true,
  );
  expect(quarters.some(({ northM, roughness }) => northM === -312.5 && roughness === 'D')).toBe(
    true,
  );
  expect(fine.warnings.map(({ code }) => code)).toContain('refined');
  // What was done and what the answer was before stay in the result.
  const { tileIds, sizeM, before } = fine.refinement!;
  expect(tileIds).toHaveLength(quarters.length / 4);
  expect(sizeM).toBe(125);
  expect(before.find(({ name }) => name === 'S')).toMatchObject({ exposure: 'D' });

  // Refining an answer later is the same as refining at once.
  expect(Object.keys(tilesWorthRefining(coarse))).toContain('S');
  expect(await refineResult(coarse, ports(shore))).toEqual(fine);
  expect(tilesWorthRefining(fine)).toEqual({});
  await expect(refineResult(fine, ports(shore))).rejects.toThrow(/already/);
});

test('a closer look leaves alone what a person has said', async () => {
  const shore: Ground = (_eastM, northM) => (northM < -190 ? 'D' : 'C');
  const coarse = await analyseSite({ site: SITE, heightFt: 25 }, ports(shore));
  const labelled = reassess(coarse, { labels: new Map([['e0n-1', 'D']]) });
  expect(Object.values(tilesWorthRefining(coarse)).flat()).toContain('e0n-1');
  expect(Object.values(tilesWorthRefining(labelled)).flat()).not.toContain('e0n-1');
  const fine = await refineResult(labelled, ports(shore));
  expect(fine.tiles.filter(({ id }) => id.startsWith('e0n-1/'))).toEqual([]);
  // The same word holds where it comes after the look, over what the model read in the quarters.
  const later = reassess(await refineResult(coarse, ports(shore)), {
    labels: new Map([['e0n-1', 'D']]),
  });
  expect(later.tiles.filter(({ id }) => id.startsWith('e0n-1/'))).toHaveLength(4);
  expect(later.directions.map(({ segments }) => segments)).toEqual(
    fine.directions.map(({ segments }) => segments),
  );
  const other = { ...ports(shore), source: { ...ports(shore).source, id: 'other' } };
  await expect(refineResult(coarse, other)).rejects.toThrow(/imagery/);
});

test('a model whose answer is not a number stops the analysis with words', async () => {
  const broken: Classifier = {
    ...reader,
    classify: async (images) =>
      images.map(() => ({
        logits: new Float32Array(3).fill(NaN),
        probabilities: new Float32Array(3).fill(NaN),
        features: new Float32Array(1),
      })),
  };
  const run = analyseSite(
    { site: SITE, heightFt: 25 },
    ports(() => 'C', broken),
  );
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(/not a number on cpu/);
});

test('stopping rejects with AbortError', async () => {
  const stop = new AbortController();
  const run = analyseSite(
    { site: SITE, heightFt: 25 },
    ports(() => 'C'),
    {
      signal: stop.signal,
      onProgress: (event) => event.type === 'tile' && stop.abort(),
    },
  );
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
});

test("a person's word on a tile counts in the directions, and can be taken back", async () => {
  const result = await analyseSite(
    { site: SITE, heightFt: 25 },
    ports(() => 'B'),
  );
  expect(result.governing).toBe('B');
  const all = new Map(result.tiles.map(({ id }) => [id, 'C' as const]));
  const judged = reassess(result, { labels: all });
  expect(judged.governing).toBe('C');
  expect(
    judged.tiles.every(({ by, modelRoughness }) => by === 'person' && modelRoughness === 'B'),
  ).toBe(true);
  const back = reassess(judged, { labels: new Map(result.tiles.map(({ id }) => [id, null])) });
  expect(back).toEqual(result);
});

test.each([
  [{ heightFt: Number.NaN }, /height/],
  [{ tolerance: 2 }, /tolerance/],
  [{ tileM: 1 }, /tile size/],
  [{ site: { lng: 0, lat: 88 } }, /pole/],
  [{ extraBearingsDeg: [400] }, /direction/],
])('out of range is said before anything is fetched: %j', async (change, message) => {
  const run = analyseSite(
    { site: SITE, heightFt: 25, ...change },
    ports(() => 'C'),
  );
  await expect(run).rejects.toThrow(message);
});
