import { LabelController } from '../../components/label-board/label-controller.ts';
import type { ControllerHost } from '../../components/label-board/label-controller.ts';
import { Session } from '../../components/shared/session.ts';
import type { SessionPorts } from '../../components/shared/session.ts';
import { reassess } from '../../src/analysis/reassess.ts';
import { KeepingStore } from '../../src/labels/keeping-store.ts';
import { MemoryLabelStore } from '../../src/labels/memory-label-store.ts';
import { sha256Hex } from '../../src/site/sha256.ts';
import { mockPatch, mockPorts } from './mock-ports.ts';

/**
 * A session whose runs read three tiles, and its labels, kept in memory. Each tile has a picture of
 * its own, which the result vouches for; corrections are judged by the rules themselves.
 */
export async function labelledSession(
  change: Partial<SessionPorts> = {},
  host: Partial<ControllerHost> = {},
): Promise<{ session: Session; labels: LabelController }> {
  const ports = mockPorts();
  const analyse: SessionPorts['analyse'] = async (site, means, { signal, onEvent }) => {
    const result = await ports.analyse(site, means, { signal, onEvent: () => {} });
    result.tiles = result.tiles.filter(({ missing, by }) => !missing && by === 'model').slice(0, 3);
    result.overrides = [];
    for (const [index, tile] of result.tiles.entries()) {
      const patch = mockPatch(tile.id);
      patch.rgb[0] = index;
      tile.imageSha256 = await sha256Hex(patch.rgb);
      patch.provenance.sha256 = tile.imageSha256;
      onEvent({ type: 'tile', tile, patch, done: index + 1, total: 3 });
    }
    return result;
  };
  const session = new Session({
    ...ports,
    analyse,
    reassess: async (result, { corrections = [] }) =>
      reassess(result, {
        labels: new Map(corrections.map(({ tileId, roughness }) => [tileId, roughness])),
      }),
    ...change,
  });
  const labels = new LabelController(session, {
    openStore: async () => new KeepingStore(new MemoryLabelStore()),
    askForPersistence: async () => true,
    alone: (work) => work(),
    guardLeaving: () => () => {},
    now: () => '2026-01-31T00:00:00.000Z',
    ...host,
  });
  labels.start(new EventTarget());
  await labels.open();
  await session.restore();
  session.setSite({ lng: 20.5, lat: -34 });
  return { session, labels };
}
