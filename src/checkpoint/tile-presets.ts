/**
 * Ground side of one input [m] for published checkpoints that do not say it themselves.
 * The tutorial's snapshots were 1 to 4 km across.
 */
const TILE_M: Record<string, number> = {
  'sh-zheng/vit-base-patch16-224-in21k-fintuned-surfaceroughness': 2000,
};

/** Known ground side of a checkpoint's input [m], by Hub id or folder name; null if unknown. */
export function presetTileM(id: string): number | null {
  const asked = id.toLowerCase().replace(/@.*$/, '');
  const entry = Object.entries(TILE_M).find(
    ([known]) => asked === known || asked === known.split('/')[1],
  );
  return entry ? entry[1] : null;
}
