/** The board alone over a store that earlier visits filled: labels of Ann's, and tiles that wait. */
export const BOARD_PAGE = `<!doctype html><title>Labels</title><script type="module">
  import { Session } from '/components/shared/session.ts';
  import { labelsOf } from '/components/label-board/labels-of.ts';
  import '/components/label-board/label-board.ts';
  import '/components/label-board/tile-label.ts';
  import { openLabelStore } from '/src/platform/browser/label-db.ts';
  import { mockPorts } from '/tests/support/mock-ports.ts';
  import { entryOf, pictureOf, tileOf } from '/tests/support/labels.ts';
  import { mockPatch } from '/tests/support/mock-ports.ts';
  import { sha256Hex } from '/src/site/sha256.ts';
  const ports = mockPorts();
  /** Six tiles of the mock site, each with a picture of its own, as a checkpoint reads them. */
  const analyse = async (site, means, { onEvent, signal }) => {
    const result = await ports.analyse(site, means, { signal, onEvent: () => {} });
    const { sha256, says } = window.checkpoint;
    result.model = { ...result.model, sha256 };
    result.tiles = result.tiles.filter(({ missing }) => !missing).slice(0, 6);
    for (const [i, tile] of result.tiles.entries()) {
      const patch = { ...mockPatch(tile.id), rgb: pictureOf(50 + i, 32).rgb };
      tile.imageSha256 = await sha256Hex(patch.rgb);
      patch.provenance = { ...patch.provenance, sha256: tile.imageSha256 };
      tile.probabilities = says[tile.id] ?? { B: 0.9, C: 0.06, D: 0.04 };
      onEvent({ type: 'tile', tile, patch, done: i + 1, total: 6 });
    }
    return result;
  };
  const session = new Session({ ...ports, analyse });
  window.read = async (checkpoint) => {
    window.checkpoint = checkpoint;
    await session.restore();
    session.setSite({ lng: 20.5, lat: -34 });
    await session.analyse();
    return session.state.result.tiles.map(({ id }) => id);
  };
  window.begin = async ({ waits = true } = {}) => {
    const store = await openLabelStore();
    const places = ['1,1', '2,2', '3,3'];
    const labelled = [];
    for (let seed = 0; seed < 12; seed++) {
      const siteId = places[seed % 3];
      const [lng, exportAllowed] = [20 + (seed % 3), seed !== 5];
      labelled.push(await entryOf({ seed, siteId, lng, exportAllowed }, 'BCD'[seed % 2]));
    }
    // The picture of tile 0 once more, at another place.
    labelled.push(await entryOf({ seed: 0, siteId: '2,2', lng: 21.5 }, 'D'));
    await store.putMany(labelled);
    const waiting = [];
    for (let seed = 20; waits && seed < 30; seed++) waiting.push(await tileOf({ seed, siteId: '4,4' }));
    await store.putCandidates('4,4', waiting);
    await store.setValue('labeller', 'Ann');
    window.labels = labelsOf(session);
    window.board = document.createElement('upwind-labels');
    window.board.session = session;
    document.body.append(window.board);
    const opened = await window.labels.open();
    window.stored = () => opened.store.list();
  };
  window.ready = true;
</script>`;
