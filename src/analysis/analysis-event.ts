import type { Patch } from '../imagery/patch.ts';
import type { DirectionResult, SectorResult, TileResult } from './site-result.ts';

/** What `analyseSite` reports while it works. `done` never decreases within a stage. */
export type AnalysisEvent =
  /** The plan: every tile of this stage, nearest first. Tall buildings look out in two stages. */
  | { type: 'plan'; tiles: TileResult[]; stage: 1 | 2 }
  /** One tile settled; `patch` is what the model saw, absent where nothing was seen. */
  | { type: 'tile'; tile: TileResult; patch: Patch | null; done: number; total: number }
  /** The sectors and directions as far as they are known. */
  | { type: 'assessment'; sectors: SectorResult[]; directions: DirectionResult[] };

export type AnalysisListener = (event: AnalysisEvent) => void;
