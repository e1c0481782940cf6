import type { SiteResult } from '../../src/analysis/site-result.ts';
import { draftLabel } from '../../src/labels/draft-label.ts';
import type { CandidateEntry, LabelStore } from '../../src/labels/label-store.ts';
import { siteIdOf } from '../../src/labels/label.ts';
import type { LabelDraft } from '../../src/labels/label.ts';
import type { Probabilities } from '../../src/labels/queue.ts';
import type { Session } from '../shared/session.ts';

/** Sites whose tiles wait in the queue; the oldest makes room. */
const MOST_SITES = 20;
const SITES = 'candidate-sites';
const SECOND = 'second-opinions';

/** What tells one look at a site from another: its ground, its pictures, the model that read them. */
export const lookOf = ({ site, model, tiles }: SiteResult): string =>
  [siteIdOf(site), model.sha256, ...tiles.map(({ imageSha256 }) => imageSha256 ?? '-')].join(' ');

interface KeepOptions {
  result: SiteResult;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/**
 * Keeps the tiles of a site just analysed, so that they come up in the queue after a reload too.
 * Where an earlier checkpoint had judged the same tiles, its opinion is kept beside the new one.
 * Works in small pieces: the page stays usable meanwhile.
 */
export async function keepCandidates(
  session: Session,
  store: LabelStore,
  { result, signal, onProgress }: KeepOptions,
): Promise<void> {
  const siteId = siteIdOf(result.site);
  const entries: CandidateEntry[] = [];
  const seen = result.tiles.flatMap((tile) => {
    const patch = session.patches.get(tile.id);
    const same = patch && !tile.missing && tile.imageSha256 === patch.provenance.sha256;
    return same ? [{ tile, patch }] : [];
  });
  // Brought back from an earlier visit: the pictures are not in memory, the queue holds them.
  if (seen.length === 0) return;
  for (const { tile, patch } of seen) {
    onProgress(entries.length, seen.length);
    await pause();
    signal.throwIfAborted();
    entries.push(await draftLabel(tile, patch, result));
  }
  const before = new Map((await store.candidates()).map((draft) => [draft.id, draft]));
  await store.setValue(SECOND, secondOpinions(await readSecond(store), before, entries));
  signal.throwIfAborted();
  await store.putCandidates(siteId, entries);
  const known = await store.getValue(SITES);
  const sites = [siteId, ...(Array.isArray(known) ? known : []).filter((id) => id !== siteId)];
  for (const old of sites.slice(MOST_SITES)) await store.removeCandidates(String(old));
  await store.setValue(SITES, sites.slice(0, MOST_SITES));
}

function secondOpinions(
  second: Map<string, Probabilities>,
  before: ReadonlyMap<string, LabelDraft>,
  entries: readonly CandidateEntry[],
): Record<string, Probabilities> {
  for (const { draft } of entries) {
    const old = before.get(draft.id)?.model;
    if (old && old.sha256 !== draft.model?.sha256) second.set(draft.id, old.probabilities);
  }
  return Object.fromEntries(second);
}

/** What an earlier checkpoint said of the candidates, by id. */
export async function readSecond(store: LabelStore): Promise<Map<string, Probabilities>> {
  const kept = await store.getValue(SECOND);
  return new Map(Object.entries((kept ?? {}) as Record<string, Probabilities>));
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(() => resolve(), { timeout: 60 });
    } else setTimeout(resolve);
  });
