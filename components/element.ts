/**
 * `upwind/element`: defines `<upwind-map>` and its parts. Each shows a session (the property
 * `session`, or an ancestor's), or what its own properties hold.
 * @module upwind/element
 */
import { createSession, packagedModel } from './shared/create-session.ts';
import { provideStandalone } from './shared/own-session.ts';

export { UpwindMap } from './upwind-map/upwind-map.ts';
export type { MapInset } from './upwind-map/upwind-map.ts';
export {
  UpwindErrorEvent,
  UpwindPickEvent,
  UpwindProgressEvent,
  UpwindResultEvent,
} from './upwind-map/upwind-map.events.ts';
export { UpwindRose } from './sector-rose/sector-rose.ts';
export {
  UpwindDirectionHoverEvent,
  UpwindDirectionSelectEvent,
} from './sector-rose/sector-rose.events.ts';
export { UpwindResultTable } from './result-table/result-table.ts';
export { UpwindResult } from './result-panel/result-panel.ts';
export { UpwindSiteForm } from './site-form/site-form.ts';
export { UpwindTileCard } from './tile-card/tile-card.ts';
export { UpwindLabels } from './label-board/label-board.ts';
export { UpwindTrainLabelsEvent } from './label-board/label-board.events.ts';
export { UpwindTrainer } from './training-panel/training-panel.ts';
export { UpwindUseModelEvent } from './training-panel/training-panel.events.ts';
export { UpwindImageryPicker } from './imagery-picker/imagery-picker.ts';
export { UpwindModelPicker } from './model-picker/model-picker.ts';
export { UpwindRules } from './rules-form/rules-form.ts';
export { createSession } from './shared/create-session.ts';
export type { SessionOptions } from './shared/create-session.ts';
export { Session } from './shared/session.ts';
export type {
  ImagerySpec,
  ModelRef,
  SessionListener,
  SessionState,
  Settings,
  Site,
} from './shared/session.ts';
export { sessionContext } from './shared/context.ts';
export { useTranslation } from './shared/localize.ts';
export type { StringKey, Translation } from './shared/localize.ts';
export { setWorkerFactory } from '../src/platform/browser/start-worker.ts';
export type { WorkerFactory, WorkerName } from '../src/platform/browser/start-worker.ts';

provideStandalone({ createSession, packagedModel });
