/** Where the pixels of a patch came from. URLs carry no keys. */
export interface Provenance {
  sourceId: string;
  sourceName: string;
  attribution: string;
  /** Every request behind the patch, keys removed, in plan order. */
  urls: string[];
  /** Acquisition date, ISO `YYYY-MM-DD`, where the source says it. */
  acquired: string | null;
  /** Finest ground size the source had here [m/px]. */
  nativeMetresPerPixel: number | null;
  /** SHA-256 of the patch's RGB bytes, hex. */
  sha256: string;
  /** False where the source's terms forbid a dataset export. */
  exportAllowed: boolean;
  /** True for the built-in demo scene. */
  synthetic: boolean;
}

/** RGB picture, row-major, no alpha; `rgb.length = width · height · 3`. */
export interface RgbImage {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** The pixels of one tile at the model's ground scale. */
export interface Patch extends RgbImage {
  tileId: string;
  metresPerPixel: number;
  /** Share of the tile that opaque source pixels cover, 0 to 1. */
  coverage: number;
  provenance: Provenance;
}

/** A tile that could not be seen. It stays unknown; it is never guessed. */
export interface MissingPatch {
  tileId: string;
  /** `transparent`: the source answered, but with no ground. `absent`: 404. `failed`: gave up. */
  missing: 'transparent' | 'absent' | 'failed';
  /** One line for people: what the source said. */
  detail: string;
}
