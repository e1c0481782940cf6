import type { Patch } from '../imagery/patch.ts';
import type { DirectionResult, SectorResult, TileResult } from './site-result.ts';

/** What `analyseSite` reports while it works. `done` never decreases within a stage. */
export type AnalysisEvent =
  /**
   * The tiles of a stage, nearest first. 1: what every building needs. 2: further out, for a tall
   * one. 3: the rim of the circle, where nothing else keeps a sector open. 4: quarters of boundary tiles.
   */
  | { type: 'plan'; tiles: TileResult[]; stage: 1 | 2 | 3 | 4 }
  /** One tile settled; `patch` is what the model saw, absent where nothing was seen. */
  | { type: 'tile'; tile: TileResult; patch: Patch | null; done: number; total: number }
  /** The sectors and directions as far as they are known. */
  | { type: 'assessment'; sectors: SectorResult[]; directions: DirectionResult[] };

/** Follows an analysis: the plan, each tile, each assessment. */
export type AnalysisListener = (event: AnalysisEvent) => void;
