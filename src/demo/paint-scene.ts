import { Canvas } from './canvas.ts';
import type { CanvasWindow } from './canvas.ts';
import { LAYER, openStudio } from './feature.ts';
import type { Feature, Studio } from './feature.ts';
import { DEMO_HALF_SIDE_M } from './frame.ts';
import { paintGround } from './ground.ts';
import { fractal, grain } from './noise.ts';
import { demoScene } from './scene.ts';

/** Longest shadow that may reach into a picture [m]. */
const MARGIN_M = 20;

/**
 * Paints a window of the scene from above. A pixel depends on its place and its size only, so
 * neighbouring pictures join without a seam. RGBA, row-major; transparent outside the scene.
 */
export function paintScene(window: CanvasWindow): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(window.width * window.height * 4);
  const east = window.west + window.width * window.metresPerPixel;
  const south = window.north - window.height * window.metresPerPixel;
  const half = DEMO_HALF_SIDE_M;
  if (window.west > half || east < -half || window.north < -half || south > half) return rgba;
  const canvas = new Canvas(window);
  const studio = openStudio(canvas);
  const { index, forest, shrubs } = demoScene();
  const box = {
    minX: window.west - MARGIN_M,
    minY: south - MARGIN_M,
    maxX: east + MARGIN_M,
    maxY: window.north + MARGIN_M,
  };
  const layers: Feature[][] = Array.from({ length: LAYER.tall + 1 }, () => []);
  for (const feature of index.within(box)) layers[feature.layer]!.push(feature);
  for (const shrub of shrubs.within(box)) layers[LAYER.crown]!.push(shrub);

  paintGround(canvas);
  for (let layer: number = LAYER.field; layer <= LAYER.item; layer++)
    paintAll(layers[layer]!, studio);
  for (const layer of [LAYER.low, LAYER.crown]) shadeAll(layers[layer]!, studio);
  const stand = forest.within(canvas);
  stand.castShadows(studio);
  canvas.applyShadows();
  paintAll(layers[LAYER.low]!, studio);
  paintAll(layers[LAYER.crown]!, studio);
  stand.paint(studio);
  // Towers throw their shadows over everything lower, and over lower towers.
  shadeAll(layers[LAYER.tall]!, studio);
  canvas.applyShadows();
  paintAll(layers[LAYER.tall]!, studio);
  develop(canvas, rgba);
  return rgba;
}

function paintAll(features: readonly Feature[], studio: Studio): void {
  for (const feature of features) feature.paint(studio);
}

function shadeAll(features: readonly Feature[], studio: Studio): void {
  for (const feature of features) feature.castShadow?.(studio);
}

/** The camera: a colour cast that drifts over the scene, a little haze, a little grain. */
function develop(canvas: Canvas, rgba: Uint8ClampedArray): void {
  const { mpp, rgb } = canvas;
  const drift = fractal.lay({ texelM: 61, angle: 0.2 }, mpp);
  const noise = grain.lay({ texelM: 0.6, angle: 0.15 }, mpp);
  const half = DEMO_HALF_SIDE_M;
  for (let j = 0; j < canvas.height; j++) {
    const y = canvas.north - (j + 0.5) * mpp;
    for (let i = 0; i < canvas.width; i++) {
      const x = canvas.west + (i + 0.5) * mpp;
      const k = j * canvas.width + i;
      const cast = drift.at(x, y);
      const g = 1.6 * noise.at(x, y);
      rgba[4 * k] = 7 + 0.965 * rgb[3 * k]! * (1 + 0.012 * cast) + g;
      rgba[4 * k + 1] = 9 + 0.965 * rgb[3 * k + 1]! + g;
      rgba[4 * k + 2] = 13 + 0.955 * rgb[3 * k + 2]! * (1 - 0.014 * cast) + g;
      rgba[4 * k + 3] = Math.abs(x) <= half && Math.abs(y) <= half ? 255 : 0;
    }
  }
}
