import type { ScenePainter } from '../../demo/demo-source.ts';
import { demoSource } from '../../demo/demo-source.ts';
import type { ImagerySource } from '../../imagery/image-source.ts';
import { resolveImagery } from '../../imagery/sources/resolve-source.ts';

/** A choice of imagery as plain data, so that a worker can be told: a preset id, or a service. */
export interface ImageryChoice {
  id: string;
  /** URL template (`{z}/{x}/{y}`), WMS or ArcGIS address of a service that the person brings. */
  url?: string;
  maxZoom?: number;
  /** WMS layer names. */
  layers?: string;
  attribution?: string;
  /** The address came by a link, which left out what may be a key: it cannot be asked as it is. */
  keyLeftOut?: boolean;
}

/** The source behind a choice. @throws UserError in words for the page */
export function openImagery(choice: ImageryChoice, painter?: ScenePainter): ImagerySource {
  return resolveImagery(choice.url ?? choice.id, {
    sources: [demoSource({ painter })],
    maxZoom: choice.maxZoom,
    attribution: choice.attribution,
    wmsLayer: choice.layers,
  });
}
