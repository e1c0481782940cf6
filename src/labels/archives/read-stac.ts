import type { IncomingRow } from './incoming.ts';
import { shown } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';
import { refuseCount } from './read-imagefolder.ts';
import type { ReadRows } from './read-imagefolder.ts';
import type { ZipEntry } from './zip-reader.ts';

interface StacItem {
  properties?: { 'upwind:record'?: unknown; 'upwind:place'?: unknown; 'ml-aoi:split'?: unknown };
  assets?: { image?: { href?: unknown } };
}

/** Rows of a STAC catalogue as we write it: one a JSON item that carries a record. */
export async function readStac(
  entries: readonly ZipEntry[],
  limits: ArchiveLimits,
): Promise<ReadRows> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const items = entries.filter(({ path }) => /(^|\/)items\/[^/]+\.json$/i.test(path));
  if (items.length > limits.labels) refuseCount(limits);
  const lines: string[] = [];
  async function* rows(): AsyncGenerator<IncomingRow> {
    for (const item of items) {
      const parsed = parseItem(await item.read());
      if (!parsed?.properties) {
        lines.push(`Left out ${shown(item.path)}: not a STAC item.`);
        continue;
      }
      const href = parsed.assets?.image?.href;
      const picture = typeof href === 'string' ? byPath.get(resolved(item.path, href)) : undefined;
      const place = parsed.properties['upwind:place'];
      yield {
        name: item.path,
        record: parsed.properties['upwind:record'] ?? null,
        className: null,
        place: typeof place === 'string' ? place : null,
        image: async () => (picture ? picture.read() : null),
      };
    }
  }
  return { rows: rows(), count: items.length, lines };
}

function parseItem(bytes: Uint8Array): StacItem | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' ? (value as StacItem | null) : null;
  } catch {
    return null;
  }
}

/** A relative link inside the archive; never leads anywhere but to an entry of it. */
function resolved(from: string, href: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of href.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
