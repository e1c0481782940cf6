import { addAirport } from './airport.ts';
import { Block } from './buildings.ts';
import { addCountry } from './country.ts';
import { FeatureIndex, LAYER } from './feature.ts';
import type { Feature } from './feature.ts';
import { Forest } from './forest.ts';
import { addGolf } from './golf.ts';
import { CoverReader } from './land-cover.ts';
import { addThroughRoads, ClearGround } from './roads.ts';
import { Random } from './random.ts';
import { CARS } from './palette.ts';
import { Shrubs } from './shrubs.ts';
import { Car, offset, Patch2D } from './things.ts';
import { townBlocks } from './town.ts';

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
  addGolf(features);
  addCountry({ into: features, clear, cover });
  return {
    index: new FeatureIndex([...features, ...townBlocks(clear, cover)]),
    forest: new Forest(cover, clear),
    shrubs: new Shrubs(cover, clear),
  };
}

/** The building that the default site marks: a hall by the sea, its car park across the street. */
function addSite(into: Feature[], clear: ClearGround): void {
  const angle = 0.06;
  const lawn = { x: 14, y: 9, angle, hx: 29, hy: 20 };
  const parking = { x: 14, y: -52, angle, hx: 28, hy: 11 };
  clear.markRect(lawn);
  clear.markRect(parking);
  into.push(new Patch2D(LAYER.plot, lawn, [112, 122, 72], 0.06));
  into.push(new Patch2D(LAYER.plot, { x: 2, y: -12, angle, hx: 4, hy: 4 }, [170, 164, 154]));
  into.push(new Patch2D(LAYER.plot, parking, [128, 126, 123]));
  into.push(
    new Block(
      { x: 2, y: 3, angle, hx: 16, hy: 11 },
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
  for (const [n, colour] of CARS.entries()) {
    const at = offset(parking, -25 + 5 * n, n % 3 === 1 ? -6 : 6);
    into.push(new Car(at.x, at.y, angle + Math.PI / 2, colour));
  }
}
