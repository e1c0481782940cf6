import { squareAround, wrapColumn, xyzBounds, xyzCovering } from '../../site/mercator.ts';
import type { XyzAddress } from '../../site/mercator.ts';
import { UserError } from '../../site/user-error.ts';
import { chooseZoom } from '../fetch-plan.ts';
import type { ImagerySource, ImageryTerms } from '../image-source.ts';
import { publicUrl, shortHash } from '../public-url.ts';
import { assertLawfulHost } from './refused-hosts.ts';
import { USERS_OWN_TERMS } from './terms.ts';

export interface XyzOptions {
  template: string;
  id?: string;
  name?: string;
  attribution?: string;
  terms?: ImageryTerms;
  minZoom?: number;
  /** Finest zoom that the server has. */
  maxZoom?: number;
  /** Side of the server's pictures [px]: 256, or 512 for `@2x`. */
  tileSizePx?: 256 | 512;
  /** What `{s}` stands for. */
  subdomains?: string[];
  acquiredAt?: ImagerySource['acquiredAt'];
}

const DEFAULT_MAX_ZOOM = 19;
/** A tile of more pictures than this means the pyramid starts too fine for it. */
const MOST_PICTURES = 100;

/**
 * Any pyramid of Web Mercator pictures: `{z}`, `{x}`, `{y}` (or `{-y}` counted from the south,
 * `{q}` for a quadkey), `{s}` for subdomains.
 * @throws UserError if the template lacks what it needs, or its host's terms forbid this use
 */
export function xyzSource(options: XyzOptions): ImagerySource {
  const { minZoom = 0, maxZoom = DEFAULT_MAX_ZOOM, tileSizePx = 256 } = options;
  const { subdomains = ['a', 'b', 'c'] } = options;
  const template = options.template.trim().replaceAll('{r}', '');
  assertTemplate(template);
  assertZooms(minZoom, maxZoom);
  const pyramid = { minZoom, maxZoom, tileSizePx };
  const hash = shortHash(template);

  return {
    id: options.id ?? 'xyz',
    name: options.name ?? 'XYZ tiles',
    attribution: options.attribution ?? '',
    terms: options.terms ?? USERS_OWN_TERMS,
    synthetic: false,
    mapTiles: mapTiles(template, { maxZoom, tileSizePx, subdomain: subdomains[0] ?? '' }),
    ...(options.acquiredAt && { acquiredAt: options.acquiredAt }),
    planTile(tile, targetMetresPerPixel) {
      const { zoom, metresPerPixel } = chooseZoom(tile.centre.lat, targetMetresPerPixel, pyramid);
      const bounds = squareAround(tile.centre, tile.sizeM);
      const pictures = xyzCovering(bounds, zoom);
      if (pictures.length > MOST_PICTURES) {
        throw new UserError(
          `A tile of ${tile.sizeM} m would need ${pictures.length} pictures of zoom ${zoom}, the coarsest allowed. Choose a lower minimum zoom or smaller tiles.`,
        );
      }
      return {
        tileId: tile.id,
        bounds,
        nativeMetresPerPixel: metresPerPixel,
        requests: pictures.map((picture) => {
          const address = { ...picture, x: wrapColumn(picture.x, zoom) };
          const url = fillTemplate(template, address, subdomains);
          const shown = publicUrl(url);
          return { key: `${hash} ${shown}`, url, publicUrl: shown, bounds: xyzBounds(picture) };
        }),
      };
    },
  };
}

/** Puts an address into a template; one address always gets the same subdomain. */
export function fillTemplate(
  template: string,
  { z, x, y }: XyzAddress,
  subdomains: readonly string[] = [],
): string {
  const values: Record<string, string> = {
    z: String(z),
    x: String(x),
    y: String(y),
    '-y': String(2 ** z - 1 - y),
    q: quadkey({ z, x, y }),
    s: subdomains[(x + y) % Math.max(1, subdomains.length)] ?? '',
  };
  return template.replace(/\{(-?[zxyqs])\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Quadtree address: one digit a zoom, bit 0 from the column, bit 1 from the row. */
export function quadkey({ z, x, y }: XyzAddress): string {
  return Array.from({ length: z }, (_, i) => {
    const bit = z - 1 - i;
    return String(((x >> bit) & 1) + 2 * ((y >> bit) & 1));
  }).join('');
}

function assertTemplate(template: string): void {
  const names = new Set([...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!));
  const shown = publicUrl(template);
  const example = 'https://example.org/{z}/{x}/{y}.png';
  if (
    !names.has('q') &&
    !(names.has('z') && names.has('x') && (names.has('y') || names.has('-y')))
  ) {
    throw new UserError(
      `The tile template "${shown}" must hold {z}, {x} and {y} (or {-y}, or {q}), such as ${example}.`,
    );
  }
  const unknown = [...names].find((name) => !['z', 'x', 'y', '-y', 'q', 's'].includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `The tile template "${shown}" holds {${unknown}}, which is not known. ${/key|token/i.test(unknown) ? 'Put your own key in its place' : 'Known are {z} {x} {y} {-y} {q} {s}'}.`,
    );
  }
  const filled = fillTemplate(template, { z: 1, x: 0, y: 0 }, ['a']);
  if (!/^(https?|file):\/\//i.test(template) || !URL.canParse(filled)) {
    throw new UserError(
      `"${shown}" is not the address of a tile server. It starts with https://, such as ${example}.`,
    );
  }
  assertLawfulHost(filled);
}

function assertZooms(minZoom: number, maxZoom: number): void {
  const sound = [minZoom, maxZoom].every((z) => Number.isInteger(z) && z >= 0 && z <= 24);
  if (sound && minZoom <= maxZoom) return;
  throw new UserError(
    `Zooms ${minZoom} to ${maxZoom} are not possible: they are whole numbers from 0 to 24, lowest first.`,
  );
}

function mapTiles(
  template: string,
  { maxZoom, tileSizePx, subdomain }: { maxZoom: number; tileSizePx: number; subdomain: string },
): ImagerySource['mapTiles'] {
  // MapLibre knows a quadkey under another name, and {-y} not at all within a template.
  if (template.includes('{-y}') || template.startsWith('file:')) return null;
  return {
    template: template.replaceAll('{s}', subdomain).replaceAll('{q}', '{quadkey}'),
    maxZoom,
    tileSize: tileSizePx,
  };
}
