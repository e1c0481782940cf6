import { UserError } from '../../site/user-error.ts';
import type { ImagerySource } from '../image-source.ts';
import { publicUrl } from '../public-url.ts';
import { arcgisImageSource, looksLikeImageServer } from './arcgis-image.ts';
import { PRESETS } from './presets.ts';
import { googleRefusal } from './refused-hosts.ts';
import { assertLawfulHost } from './refused-hosts.ts';
import { ESRI_TERMS } from './terms.ts';
import { looksLikeWms, wmsSource } from './wms.ts';
import { xyzSource } from './xyz.ts';

/** What a text that names imagery leaves open. */
export interface ResolveOptions {
  /** Finest zoom of an XYZ server. */
  maxZoom?: number;
  minZoom?: number;
  tileSizePx?: 256 | 512;
  subdomains?: string[];
  attribution?: string;
  name?: string;
  /** Makes any URL a Web Map Service. */
  wmsLayer?: string;
  wmsVersion?: '1.3.0' | '1.1.1';
  /** Sources known by id besides the presets, such as the demo scene. */
  sources?: readonly ImagerySource[];
}

/**
 * The imagery that people name: an id (`naip`, `usgs`, `esri`, or one passed in), a tile
 * template, a WMS address, or an ArcGIS service address.
 * @throws UserError saying what is wrong with the text, without repeating keys in it
 */
export function resolveImagery(text: string, options: ResolveOptions = {}): ImagerySource {
  const asked = text.trim();
  const known = options.sources?.find((source) => source.id === asked);
  if (known) return known;
  if (Object.hasOwn(PRESETS, asked)) return PRESETS[asked]!();
  if (/^google\b/i.test(asked)) throw new UserError(googleRefusal);
  if (!/^[a-z]+:\/\//i.test(asked)) {
    const ids = [...(options.sources ?? []).map((source) => source.id), ...Object.keys(PRESETS)];
    throw new UserError(
      `No imagery is called "${publicUrl(asked)}". Choose ${ids.join(', ')}, or give a tile template such as https://example.org/{z}/{x}/{y}.png.`,
    );
  }
  if (URL.canParse(asked)) assertLawfulHost(asked);
  const { attribution, name } = options;
  const about = { ...(attribution && { attribution }), ...(name && { name }), ...termsOf(asked) };
  if (/\{/.test(asked) && !options.wmsLayer)
    return xyzSource({ ...options, ...about, template: asked });
  if (options.wmsLayer || looksLikeWms(asked)) {
    return wmsSource({
      ...about,
      url: asked,
      layer: options.wmsLayer,
      version: options.wmsVersion,
    });
  }
  if (looksLikeImageServer(asked)) return arcgisImageSource({ ...about, url: asked });
  const cached = /^([^?#]+\/MapServer)\/?(\?[^#]*)?$/i.exec(asked);
  if (cached) {
    const template = `${cached[1]}/tile/{z}/{y}/{x}${cached[2] ?? ''}`;
    return xyzSource({ ...options, ...about, template });
  }
  throw new UserError(
    `"${publicUrl(asked)}" is neither a tile template (with {z}, {x}, {y}), nor a WMS address (with a layer), nor an ArcGIS ImageServer or MapServer.`,
  );
}

/** A service keeps its terms when people bring its address rather than its id. */
function termsOf(url: string): { terms?: typeof ESRI_TERMS } {
  return /^https?:\/\/[^/]*\barcgisonline\.com\//i.test(url) ? { terms: ESRI_TERMS } : {};
}
