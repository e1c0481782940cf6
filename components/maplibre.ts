/**
 * `upwind/maplibre`: `UpwindControl`, which brings Upwind to any MapLibre map, and `SiteOverlay`,
 * which only paints an answer. Neither loads MapLibre: they use the map they are added to.
 * @module upwind/maplibre
 */
export { UpwindControl } from './upwind-control/upwind-control.ts';
export type { LngLatInput, UpwindControlOptions } from './upwind-control/upwind-control.ts';
export type { UpwindControlEvents } from './upwind-control/upwind-control.events.ts';
export { SiteOverlay } from '../src/maplibre/site-overlay.ts';
export type {
  OverlayContent,
  SiteOverlayEvents,
  SiteOverlayOptions,
} from '../src/maplibre/site-overlay.ts';
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
export { useTranslation } from './shared/localize.ts';
export type { StringKey, Translation } from './shared/localize.ts';
export { setWorkerFactory } from '../src/platform/browser/start-worker.ts';
export type { WorkerFactory, WorkerName } from '../src/platform/browser/start-worker.ts';
