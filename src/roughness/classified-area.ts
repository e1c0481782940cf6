import type { LngLat } from '../site/lng-lat.ts';
import type { Roughness } from './category.ts';

/** A piece of ground whose roughness has been judged, by the model or by a person. */
export interface ClassifiedArea {
  id: string;
  /** Polygons, each a list of closed rings (outer first, then holes), WGS84. */
  polygons: LngLat[][][];
  /** null where the ground is not known. */
  roughness: Roughness | null;
  /**
   * What the ground may be. One category: settled. Two: an unsure tile's two likeliest,
   * when the reading is conservative. Three: not known.
   */
  candidates: Roughness[];
  /** Probability of `roughness`, 0 to 1; 1 for a person's label; 0 where not known. */
  confidence: number;
  by: 'model' | 'person' | null;
}
