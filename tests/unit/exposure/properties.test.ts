import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessSite } from '../../../src/exposure/assess-site.ts';
import { exposureDistancesFt, exposureDistancesM } from '../../../src/exposure/distances.ts';
import { exposureOfFetch } from '../../../src/exposure/exposure-of-fetch.ts';
import { groundReadings } from '../../../src/exposure/ground-readings.ts';
import { judgeFetch } from '../../../src/exposure/judge-fetch.ts';
import { sectorCategories } from '../../../src/exposure/sector-exposure.ts';
import { ROUGHNESS, severity } from '../../../src/roughness/category.ts';
import type { Roughness } from '../../../src/roughness/category.ts';
import type { ClassifiedArea } from '../../../src/roughness/classified-area.ts';
import { profileOfRays } from '../../../src/roughness/fetch-profile.ts';
import { viewOf } from '../../../src/roughness/fetch-view.ts';
import { castRays } from '../../../src/roughness/ray-profile.ts';
import type { Ray } from '../../../src/roughness/ray-profile.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { rays as bearingsOf, SECTORS } from '../../../src/site/sectors.ts';
import { area, FT, ringAt, rings, SITE } from '../../support/ground.ts';
import type { Corner } from '../../support/ground.ts';

const roughness = fc.constantFrom(...ROUGHNESS);
const heightFt = fc.constantFrom(15, 25, 30, 31, 60, 100, 130, 200, 300);
const tolerance = fc.constantFrom(0, 0.1, 0.2, 0.35);
const lengthFt = fc.oneof(
  fc.integer({ min: 1, max: 7000 }),
  // Lengths on which the rules turn.
  fc.constantFrom(600, 1500, 2000, 2600, 4000, 5000, 6000),
);
const segments = fc.array(fc.record({ roughness, lengthFt }), { minLength: 1, maxLength: 6 });
// A failure tells its seed, and is not shrunk, which takes minutes.
const runs = (numRuns: number) => ({ numRuns, endOnFailure: true });

/** Rays of equal length cut into pieces of numbered ground. */
const raysOf = (areas: number, lengthM: number): fc.Arbitrary<Ray[]> =>
  fc.array(
    fc
      .array(fc.record({ area: fc.nat(areas - 1), part: fc.integer({ min: 1, max: 40 }) }), {
        minLength: 1,
        maxLength: 6,
      })
      .map((pieces) => {
        const total = pieces.reduce((sum, { part }) => sum + part, 0);
        let at = 0;
        return pieces.map(({ area: index, part }) => {
          const fromM = at;
          at += (part / total) * lengthM;
          return { fromM, toM: at, area: index };
        });
      }),
    { minLength: 1, maxLength: 5 },
  );

describe('exposure rules', () => {
  it('rougher ground never raises the severity along one fetch', () => {
    const rougher = fc.tuple(segments, fc.array(roughness, { minLength: 6, maxLength: 6 }));
    fc.assert(
      fc.property(rougher, heightFt, tolerance, ([given, others], height, allowed) => {
        const rough = given.map((segment, i) =>
          severity(others[i]!) < severity(segment.roughness)
            ? { ...segment, roughness: others[i]! }
            : segment,
        );
        const options = { heightFt: height, tolerance: allowed };
        const before = exposureOfFetch(given, options).exposure;
        const after = exposureOfFetch(rough, options).exposure;
        expect(severity(after)).toBeLessThanOrEqual(severity(before));
      }),
      runs(300),
    );
  });

  it('rougher ground never raises the severity in a sector of many rays', () => {
    const distances = exposureDistancesM(25);
    const grounds = fc.array(fc.tuple(roughness, roughness), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(raysOf(5, distances.lookOut), grounds, tolerance, (rays, pairs, allowed) => {
        const judge = (pick: (pair: [Roughness, Roughness]) => number): number => {
          const profile = profileOfRays(rays, (i) => ({
            roughness: ROUGHNESS[pick(pairs[i]!)]!,
            confidence: 0,
          }));
          const options = { distances, tolerance: allowed, slack: 1e-3 };
          return severity(judgeFetch(viewOf(profile), options).exposure);
        };
        const smooth = judge(([a, b]) => Math.max(severity(a), severity(b)));
        const rough = judge(([a, b]) => Math.min(severity(a), severity(b)));
        expect(rough).toBeLessThanOrEqual(smooth);
      }),
      runs(400),
    );
  });

  it('three readings of unknown ground stand for all combinations', () => {
    const kinds = fc.constantFrom<(Roughness | null)[]>(
      ['B'],
      ['C'],
      ['D'],
      ['B', 'C'],
      ['C', 'D'],
      [null],
    );
    const distancesM = exposureDistancesM(25);
    const distancesFt = exposureDistancesFt(25);
    fc.assert(
      fc.property(
        raysOf(6, distancesM.lookOut),
        fc.array(kinds, { minLength: 6, maxLength: 6 }),
        tolerance,
        (rays, chosen, allowed) => {
          const areas = chosen.map(([first, second], i): ClassifiedArea => {
            const may = first === null ? [...ROUGHNESS] : [first!, ...(second ? [second] : [])];
            return {
              id: `${i}`,
              polygons: [],
              roughness: first ?? null,
              candidates: may,
              confidence: 1,
              by: null,
            };
          });
          const answer = sectorCategories({
            rays,
            areas,
            readings: groundReadings(areas, true),
            distancesM,
            distancesFt,
            tolerance: allowed,
          });
          const all = combinations(areas.map(({ candidates }) => candidates));
          const outcomes = (share: number) =>
            new Set(
              all.map((ground) => {
                const profile = profileOfRays(rays, (i) => ({
                  roughness: ground[i]!,
                  confidence: 0,
                }));
                return judgeFetch(viewOf(profile), {
                  distances: distancesM,
                  tolerance: share,
                  slack: 1e-3,
                }).exposure;
              }),
            );
          const found = outcomes(allowed);
          expect(new Set(answer.may.map(({ exposure }) => exposure))).toEqual(found);
          expect([...found].sort()[0]).toBe(answer.lowest);
          expect([...found].sort().at(-1)).toBe(answer.highest);
          // What the known ground gives lies between the least and the most severe.
          expect(answer.exposure >= answer.lowest && answer.exposure <= answer.highest).toBe(true);
          expect([...outcomes(0)].sort().at(-1)).toBe(answer.strictHighest);
        },
      ),
      runs(80),
    );
  });

  it('a smaller shift of any boundary than the distance told changes nothing', () => {
    fc.assert(
      fc.property(segments, heightFt, (given, height) => {
        const joined = given.filter(
          (one, i) => i === 0 || one.roughness !== given[i - 1]!.roughness,
        );
        const answer = exposureOfFetch(joined, { heightFt: height });
        const told = answer.distanceToChangeFt ?? Infinity;
        let changes = false;
        for (let i = 1; i < joined.length; i++) {
          for (const sign of [-1, 1]) {
            const room = sign < 0 ? joined[i - 1]!.lengthFt : joined[i]!.lengthFt;
            const moved = (by: number) =>
              exposureOfFetch(
                joined.map((one, k) => ({
                  ...one,
                  lengthFt: one.lengthFt + (k === i - 1 ? sign * by : k === i ? -sign * by : 0),
                })),
                { heightFt: height },
              ).exposure;
            if (told > 0.01) {
              expect(moved(Math.min(room, told - 0.01))).toBe(answer.exposure);
            }
            if (told + 0.01 <= room) changes ||= moved(told + 0.01) !== answer.exposure;
            else if (told <= room) changes = true;
          }
        }
        expect(changes).toBe(told < Infinity);
      }),
      runs(150),
    );
  });

  it('ties fall to the severe side', () => {
    fc.assert(
      fc.property(heightFt, (height) => {
        const { reqB, reqD, trans } = exposureDistancesFt(height);
        const give = (...list: [Roughness, number][]) =>
          exposureOfFetch(
            list.map(([category, feet]) => ({ roughness: category, lengthFt: feet })),
            { heightFt: height },
          ).exposure;
        expect(give(['B', reqB], ['C', 9e4])).toBe('C');
        expect(give(['C', trans], ['D', reqD], ['B', 9e4])).toBe('D');
        expect(give(['D', reqD], ['B', 9e4])).toBe('D');
      }),
    );
  });

  it('feet and metres agree, on one line and on the ground around a site', () => {
    const few = fc.array(fc.record({ roughness, lengthFt: fc.integer({ min: 40, max: 4000 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(few, fc.constantFrom(25, 60, 130), (given, height) => {
        const filled = [...given, { roughness: 'C' as const, lengthFt: 9000 }];
        const line = exposureOfFetch(filled, { heightFt: height });
        const { directions } = assessSite({ site: SITE, heightFt: height, areas: rings(filled) });
        const metres = filled.map((one) => ({ ...one, lengthFt: (one.lengthFt * FT) / 0.3048 }));
        expect(exposureOfFetch(metres, { heightFt: height }).exposure).toBe(line.exposure);
        for (const { exposure } of directions) expect(exposure).toBe(line.exposure);
      }),
      runs(6),
    );
  });
});

describe('ground around a site', () => {
  const blob = fc.record({
    roughness: fc.constantFrom(...ROUGHNESS, null),
    bearingDeg: fc.integer({ min: 0, max: 359 }),
    distanceM: fc.integer({ min: 0, max: 1500 }),
    radiusM: fc.integer({ min: 100, max: 900 }),
    corners: fc.array(fc.integer({ min: 30, max: 100 }), { minLength: 4, maxLength: 9 }),
  });

  type Blob = typeof blob extends fc.Arbitrary<infer One> ? One : never;

  it('rotating the world rotates the answer', () => {
    const world = (turnDeg: number, blobs: Blob[]): ClassifiedArea[] =>
      blobs.map(({ roughness: category, bearingDeg, distanceM, radiusM, corners }, i) => {
        const angle = ((bearingDeg + turnDeg) * Math.PI) / 180;
        const shape = corners.map((percent, k): Corner => {
          const at = angle + (2 * Math.PI * k) / corners.length;
          const radius = (radiusM * percent) / 100;
          return [
            distanceM * Math.sin(angle) + radius * Math.sin(at),
            distanceM * Math.cos(angle) + radius * Math.cos(at),
          ];
        });
        return area(`blob ${i}`, category, [ringAt(SITE, shape)]);
      });
    fc.assert(
      fc.property(
        fc.array(blob, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(45, 90, 225, 17.5, 133),
        (blobs, turnDeg) => {
          const bearings = [0, 45, 90, 135, 180, 225, 270, 315];
          const answer = (turn: number) =>
            assessSite({
              site: SITE,
              heightFt: 25,
              areas: world(turn, blobs),
              tolerance: 0.2,
              extraBearingsDeg: bearings.map((b) => b + turn),
            })
              .directions.slice(8)
              .map(({ exposure, exposureStrict, undetermined, roughness: prevails }) =>
                [exposure, exposureStrict, undetermined, prevails].join(),
              );
          expect(answer(turnDeg)).toEqual(answer(0));
        },
      ),
      runs(20),
    );
  });

  it('refining the grid converges', () => {
    // A wavy shore about 400 m to the south, a field in the town, judged at tile centres.
    const truth = (east: number, north: number): Roughness =>
      north < -400 + 120 * Math.sin(east / 300)
        ? 'D'
        : Math.hypot(east - 500, north - 500) < 300
          ? 'C'
          : 'B';
    const lengthM = 1500;
    const sampled = (bearing: number): Ray => {
      const angle = (bearing * Math.PI) / 180;
      const ray: Ray = [];
      for (let at = 0; at < lengthM; at++) {
        const here = severity(truth((at + 0.5) * Math.sin(angle), (at + 0.5) * Math.cos(angle)));
        ray.push({ fromM: at, toM: at + 1, area: here });
      }
      return ray;
    };
    const errorAt = (strideM: number): number => {
      const areas = planTiles(SITE, { radiusM: lengthM + 2 * strideM, strideM }).map((tile) =>
        area(tile.id, truth(tile.eastM, tile.northM), [tile.footprint]),
      );
      let worst = 0;
      for (const sector of SECTORS) {
        const bearingsDeg = bearingsOf(sector, 0.5);
        const gridRays = castRays(SITE, areas, { bearingsDeg, lengthM });
        const grid = profileOfRays(gridRays, (i) => ({
          roughness: areas[i]!.roughness,
          confidence: 0,
        }));
        const exact = profileOfRays(bearingsDeg.map(sampled), (i) => ({
          roughness: ROUGHNESS[i]!,
          confidence: 0,
        }));
        for (const category of ROUGHNESS) {
          for (let at = 100; at <= lengthM; at += 100) {
            const gap = viewOf(grid).within(category, at) - viewOf(exact).within(category, at);
            worst = Math.max(worst, Math.abs(gap));
          }
        }
      }
      return worst;
    };
    const errors = [250, 125, 62.5].map(errorAt);
    expect(errors[0]!).toBeLessThan(125);
    expect(errors[1]!).toBeLessThan(errors[0]! / 1.4);
    expect(errors[2]!).toBeLessThan(errors[1]! / 1.4);
    expect(errors[2]!).toBeLessThan(15);
  });
});

function combinations(choices: Roughness[][]): Roughness[][] {
  return choices.reduce<Roughness[][]>(
    (all, may) => all.flatMap((head) => may.map((one) => [...head, one])),
    [[]],
  );
}
