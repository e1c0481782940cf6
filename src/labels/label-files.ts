import type { CheckpointFile, CheckpointFiles } from '../checkpoint/file-set.ts';
import { UserError } from '../site/user-error.ts';
import { roughnessOf } from './label.ts';
import type { LabelStore } from './label-store.ts';
import type { SplitAssignment } from './split-by-site.ts';

const METADATA = 'metadata.csv';

/**
 * The labels of a store as an imagefolder that nobody has to write: `<split>/<class>/<id>.png`,
 * and a `metadata.csv` that names each picture's site. It is what "train on my labels" hands over.
 * Imagery that may be trained on but not exported is in it; nothing leaves the device this way.
 */
export function labelFiles(
  store: Pick<LabelStore, 'list' | 'pixels'>,
  { assigned, name = 'my labels' }: { assigned: SplitAssignment; name?: string },
): CheckpointFiles {
  async function entries() {
    const labels = await store.list();
    return labels.flatMap((label) => {
      const roughness = roughnessOf(label.label);
      if (!roughness) return [];
      const path = `${assigned[label.siteId] ?? 'train'}/${roughness}/${label.id}.png`;
      return [{ path, label }];
    });
  }
  return {
    name,
    async list(): Promise<CheckpointFile[]> {
      const files = (await entries()).map(({ path, label }) => ({
        path,
        // Unpacked size: a fair upper bound, and known without reading the picture.
        size: label.width * label.height * 3,
      }));
      return [{ path: METADATA, size: files.length * 128 }, ...files];
    },
    async read(path, { signal } = {}): Promise<Uint8Array> {
      signal?.throwIfAborted();
      if (path === METADATA) {
        const rows = (await entries()).map(
          ({ path, label }) => `${path},"${label.siteId.replaceAll('"', '""')}"`,
        );
        return new TextEncoder().encode(['file_name,site', ...rows, ''].join('\n'));
      }
      const id = /([0-9a-f]{64})\.png$/.exec(path)?.[1];
      const png = id ? await store.pixels(id) : null;
      if (!png) throw new UserError(`${name} has no ${path}: the label was deleted meanwhile.`);
      return png;
    },
  };
}
