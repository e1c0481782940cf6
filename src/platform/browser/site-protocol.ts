import type { AnalyseRequest } from '../../analysis/analyse-request.ts';
import type { AnalysisEvent } from '../../analysis/analysis-event.ts';
import type { Reassessment } from '../../analysis/reassess.ts';
import type { SiteResult } from '../../analysis/site-result.ts';
import type { Patch, RgbImage } from '../../imagery/patch.ts';
import type { Tile } from '../../site/tile.ts';
import type { BackendInfo, Classification, ModelInfo } from '../../vit/classifier.ts';
import type { ImageryChoice } from './open-imagery.ts';

/** What the worker knows of the classifier, which lives behind the page. */
export interface ClassifierState {
  model: ModelInfo;
  backend: BackendInfo;
  batchSize: number;
}

/** The page's side of the classifier. */
export type Classify = (
  images: RgbImage[],
) => Promise<{ answers: Classification[]; state: ClassifierState }>;

/** The worker's side, as comlink exposes it. Calls are numbered, so that one can be cancelled. */
export interface SiteHost {
  analyse(
    call: number,
    job: { request: AnalyseRequest; imagery: ImageryChoice; classifier: ClassifierState },
    classify: Classify,
    onProgress: (event: AnalysisEvent) => void,
  ): Promise<SiteResult>;
  /** Gets ready what a first capture of this imagery would wait for. */
  prepare(imagery: ImageryChoice): void;
  reassess(result: SiteResult, change: Reassessment): SiteResult;
  refine(
    call: number,
    job: { result: SiteResult; imagery: ImageryChoice; classifier: ClassifierState },
    classify: Classify,
    onProgress: (event: AnalysisEvent) => void,
  ): Promise<SiteResult>;
  boundary(result: SiteResult): Record<string, string[]>;
  /** One tile's picture; null where there is none. */
  capture(
    call: number,
    job: { tile: Tile; imagery: ImageryChoice; sizePx: number },
  ): Promise<Patch | null>;
  cancel(call: number): void;
}
