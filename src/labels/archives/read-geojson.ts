import { fromBase64 } from '../base64.ts';
import type { IncomingRow } from './incoming.ts';
import { ArchiveRefused, inMegabytes } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';
import { refuseCount } from './read-imagefolder.ts';
import type { ReadRows } from './read-imagefolder.ts';

const PREFIX = 'data:image/png;base64,';

interface Feature {
  properties?: { record?: unknown; image?: unknown; split?: unknown; roughness?: unknown } | null;
}

/** Rows of a GeoJSON as we write it. Text is parsed whole, so its size is limited. */
export async function readGeojson(file: Blob, limits: ArchiveLimits): Promise<ReadRows> {
  if (file.size > limits.textBytes) {
    throw new ArchiveRefused(
      `The GeoJSON is over ${inMegabytes(limits.textBytes)}: bring the labels in as zip or parquet.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(await file.text());
  } catch {
    throw new ArchiveRefused('Not GeoJSON: the file is not JSON, or cut short.');
  }
  const features = (value as { features?: unknown } | null)?.features;
  if (!Array.isArray(features)) {
    throw new ArchiveRefused('Not a GeoJSON FeatureCollection of labels.');
  }
  if (features.length > limits.labels) refuseCount(limits);
  const rows = features.map((feature: Feature | null, i): IncomingRow => {
    const { record, image, split, roughness } = feature?.properties ?? {};
    return {
      name: `feature ${i + 1}`,
      // Without a record there is nothing to go by: an empty one fails with its reason.
      record: record ?? {},
      className: typeof roughness === 'string' ? roughness : null,
      place: typeof split === 'string' ? split : null,
      image: async () =>
        typeof image === 'string' && image.startsWith(PREFIX)
          ? fromBase64(image.slice(PREFIX.length))
          : null,
    };
  });
  return { rows, count: rows.length, lines: [] };
}
