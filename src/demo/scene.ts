import { addAirport } from './airport.ts';
import { addCountry, Shrubs } from './country.ts';
import { FeatureIndex, LAYER } from './feature.ts';
import type { Feature } from './feature.ts';
import { Forest } from './forest.ts';
import { addGolf } from './golf.ts';
import { CoverReader } from './land-cover.ts';
import { addThroughRoads, ClearGround } from './roads.ts';
import { Random } from './random.ts';
import { Block, Car, Patch2D } from './things.ts';
import { addTown } from './town.ts';

/** Everything in the scene, ready to be painted anywhere. */
export interface Scene {
  index: FeatureIndex;
  forest: Forest;
  shrubs: Shrubs;
}

let built: Scene | null = null;

/** Builds the scene on first use; the seed is fixed, so every build is the same. */
export function demoScene(): Scene {
  return (built ??= buildScene());
}

function buildScene(): Scene {
  const cover = new CoverReader(1);
  const clear = new ClearGround();
  const features: Feature[] = [];
  addThroughRoads(features, clear, new Random(1), (x, y) => cover.at(x, y).town > -6);
  addAirport(features, clear, cover);
  addSite(features, clear);
  addTown(features, clear, cover);
  addGolf(features);
  addCountry({ into: features, clear, cover });
  return {
    index: new FeatureIndex(features),
    forest: new Forest(cover, clear),
    shrubs: new Shrubs(cover, clear),
  };
}

/** The building that the default site marks: a hall by the sea with a car park. */
function addSite(into: Feature[], clear: ClearGround): void {
  const angle = 0.06;
  const ground = { x: 0, y: -18, angle, hx: 40, hy: 44 };
  clear.markRect({ ...ground, hx: 36, hy: 40 });
  into.push(new Patch2D(LAYER.plot, ground, [112, 122, 72], 0.06));
  into.push(new Patch2D(LAYER.plot, { x: 2, y: -46, angle, hx: 34, hy: 11 }, [128, 126, 123]));
  into.push(
    new Block(
      { x: 0, y: 0, angle, hx: 19, hy: 11 },
      {
        colour: [186, 182, 174],
        heightM: 7.6,
        ribM: 0,
        plant: [
          { u: -0.5, v: 0.2, hu: 0.12, hv: 0.18, light: 0.8 },
          { u: 0.4, v: -0.3, hu: 0.08, hv: 0.14, light: 1.2 },
        ],
        skylights: false,
      },
    ),
  );
  for (let n = 0; n < 11; n++)
    if (n % 4 !== 2)
      into.push(
        new Car(-26 + n * 5, -41 + 0.3 * n, angle + Math.PI / 2, [
          190 - 12 * n,
          190 - 10 * n,
          192 - 9 * n,
        ]),
      );
}
