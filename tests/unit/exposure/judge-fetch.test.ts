import { describe, expect, it } from 'vitest';
import { exposureDistancesFt } from '../../../src/exposure/distances.ts';
import { judgeFetch } from '../../../src/exposure/judge-fetch.ts';
import { ROUGHNESS } from '../../../src/roughness/category.ts';
import { profileOfRays } from '../../../src/roughness/fetch-profile.ts';
import { viewOf } from '../../../src/roughness/fetch-view.ts';

/** Each ray as `C700 D4600 …`, in feet. */
function judge(rays: string[], heightFt: number, tolerance: number) {
  const cut = rays.map((text) => {
    let at = 0;
    return text.split(' ').map((word) => {
      const fromM = at;
      at += Number(word.slice(1));
      return { fromM, toM: at, area: 'BCD?'.indexOf(word[0]!) };
    });
  });
  const profile = profileOfRays(cut, (i) => ({ roughness: ROUGHNESS[i] ?? null, confidence: 1 }));
  const distances = exposureDistancesFt(heightFt);
  return judgeFetch(viewOf(profile), { distances, tolerance, slack: 1e-6 });
}

describe('judgeFetch', () => {
  it('finds a D condition that is best between the near edges of D', () => {
    // D share over 5000 ft: from 0 ft (5000 + 4300) / 10000, from 300 ft 0.96, from 600 ft 0.93.
    const rays = ['D5300 C300', 'C700 D4600 C300'];
    expect(judge(rays, 25, 0.05)).toMatchObject({ exposure: 'D', startD: 300 });
    expect(judge(rays, 25, 0.03)).toMatchObject({
      exposure: 'C',
      bestD: { share: 0.96, start: 300 },
    });
  });

  it('tests D before B where a tolerance lets both prevail', () => {
    // 5500 of 6000 ft are B, and D begins within 6000 ft.
    expect(judge(['B5500 D6500'], 300, 0.2)).toMatchObject({ exposure: 'D', startD: 5500 });
    expect(judge(['B5500 C6500'], 300, 0.2)).toMatchObject({ exposure: 'B' });
  });

  it('counts each ray alike, wherever its ground lies', () => {
    // B on 3 of 4 rays, and on the fourth for 1200 of 1500 ft: 95 %.
    const rays = ['B5600', 'B5600', 'B5600', 'C300 B5300'];
    expect(judge(rays, 25, 0.05).exposure).toBe('B'); // more than 95 % a hair beyond 1500 ft
    expect(judge(rays, 25, 0.04)).toMatchObject({ exposure: 'C', shareB: 0.95 });
    expect(judge(['B5600', 'B5600', 'B5600', 'B1200 C4400'], 25, 0.05).exposure).toBe('C'); // a tie
  });

  it('takes shares of the known ground as far as half of the rays know any', () => {
    const town = 'B5600';
    // 500 of 3000 ft not known, the rest B: a gap is passed over.
    expect(judge([town, 'B500 ?500 B4600'], 25, 0)).toMatchObject({ exposure: 'B', shareB: 1 });
    // Known only to 1500 ft, or on less than half of the rays: nothing prevails beyond.
    expect(judge(['B1500 ?4100'], 25, 0).exposure).toBe('C');
    expect(judge(['B1501 ?4099'], 25, 0).exposure).toBe('B');
    expect(judge([town, 'B1000 ?4600', 'B1000 ?4600'], 25, 0).exposure).toBe('C');
    expect(judge([town, town, 'B1000 ?4600'], 25, 0).exposure).toBe('B');
    // Of the known ground 250 of 2500 ft is C: 10 %.
    expect(judge(['C250 B5350', '?500 B5100'], 25, 0.1).exposure).toBe('B');
    expect(judge(['C250 B5350', '?500 B5100'], 25, 0.09).exposure).toBe('C');
    expect(judge(['?5600'], 25, 0)).toMatchObject({ exposure: 'C', shareB: 0 });
    // Half of the rays for the last digit of a sum only, where one gap ends as another begins.
    const gapEnds = (digit: string) => ['B1600 ?4000', `B1000 ?${digit} B4000`, 'B1000 ?4600'];
    for (const digit of ['600', '599.999999', '600.000001']) {
      expect(judge(gapEnds(digit), 25, 0)).toMatchObject({ exposure: 'C', shareB: 1000 / 1500 });
    }
  });
});
