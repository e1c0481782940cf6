import type { LabelRecord } from './label.ts';

/** Metres of a degree of latitude. */
const METRES_PER_DEGREE = 111_320;

interface Box {
  siteId: string;
  west: number;
  east: number;
  south: number;
  north: number;
}

type Placed = Pick<LabelRecord, 'siteId' | 'centre' | 'tileM'>;

/**
 * Groups of sites whose labelled ground overlaps. The same trees in training and in validation
 * would flatter the model, so such sites belong together. A site without a place is its own group.
 * @returns site ids, each group sorted, groups in order of their first id
 */
export function groupSites(labels: readonly Placed[]): string[][] {
  const boxes = boxesOf(labels);
  const siteIds = [...new Set(labels.map(({ siteId }) => siteId))].sort();
  const parent = new Map(siteIds.map((id) => [id, id]));
  const root = (id: string): string => {
    while (parent.get(id) !== id) id = parent.get(id)!;
    return id;
  };
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      if (!overlap(boxes[i]!, boxes[j]!)) continue;
      const [a, b] = [root(boxes[i]!.siteId), root(boxes[j]!.siteId)].sort();
      parent.set(b!, a!);
    }
  }
  const groups = new Map<string, string[]>();
  for (const id of siteIds) groups.set(root(id), [...(groups.get(root(id)) ?? []), id]);
  return [...groups.values()];
}

function boxesOf(labels: readonly Placed[]): Box[] {
  const boxes = new Map<string, Box>();
  for (const { siteId, centre, tileM } of labels) {
    if (!centre) continue;
    const dLat = (tileM ?? 0) / 2 / METRES_PER_DEGREE;
    const dLng = dLat / Math.max(0.01, Math.cos((centre.lat * Math.PI) / 180));
    const box = boxes.get(siteId);
    // Longitudes are counted near the site's first tile, so that ±180° does not part a site.
    const lng = box ? centre.lng - 360 * Math.round((centre.lng - box.west) / 360) : centre.lng;
    boxes.set(siteId, {
      siteId,
      west: Math.min(box?.west ?? Infinity, lng - dLng),
      east: Math.max(box?.east ?? -Infinity, lng + dLng),
      south: Math.min(box?.south ?? Infinity, centre.lat - dLat),
      north: Math.max(box?.north ?? -Infinity, centre.lat + dLat),
    });
  }
  return [...boxes.values()];
}

function overlap(a: Box, b: Box): boolean {
  if (a.south >= b.north || b.south >= a.north) return false;
  const turn = 360 * Math.round(((a.west + a.east) / 2 - (b.west + b.east) / 2) / 360);
  return a.west < b.east + turn && b.west + turn < a.east;
}
