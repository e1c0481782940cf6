import { ROUGHNESS } from '../roughness/category.ts';
import type { LabelDraft, LabelRecord } from './label.ts';
import { inSeededOrder } from './seeded-order.ts';

/** Why a tile comes up; `blind` ones show no earlier answer. */
export type QueueReason = 'uncertain' | 'disagreement' | 'random' | 'blind';

export interface QueueItem {
  id: string;
  siteId: string;
  tileId: string | null;
  reason: QueueReason;
  /** Likeliest minus second likeliest probability; null where no model looked. */
  margin: number | null;
}

export type Probabilities = Record<(typeof ROUGHNESS)[number], number>;

export interface QueueOptions {
  candidates: readonly LabelDraft[];
  labels: readonly LabelRecord[];
  /** What a second checkpoint says of the candidates, by id. */
  second?: ReadonlyMap<string, Probabilities>;
  labeller: string;
  /** Answers given in this session: the shares are counted along them. */
  answered: number;
  seed?: number;
  /** Share of tiles drawn at random, so that the set stays honest. */
  honestShare?: number;
  /** Share of tiles that come back for a second, blind answer. */
  blindShare?: number;
}

/** Below this margin the model is unsure enough for its doubt to lead the queue. */
const UNSURE_MARGIN = 0.5;
/** Answers that must lie between a tile and its return: what is remembered is not blind. */
const BLIND_GAP = 8;

/** Likeliest minus second likeliest, 0 (a tie) to 1. */
export function marginOf(probabilities: Probabilities): number {
  const [first, second] = ROUGHNESS.map((r) => probabilities[r]).sort((a, b) => b - a);
  return first! - second!;
}

/** Total variation distance of two opinions, 0 (alike) to 1. */
export const disagreementOf = (a: Probabilities, b: Probabilities): number =>
  ROUGHNESS.reduce((sum, r) => sum + Math.abs(a[r] - b[r]), 0) / 2;

/**
 * The order in which tiles come up: those the model is unsure of, smallest margin first; then
 * those on which two checkpoints disagree, most first; then the rest in seeded order. Every so
 * many answers a tile drawn at random from all of them, and one judged before, to be judged blind.
 * Tiles of all sites take part. Pure: labelling the first and asking again gives the rest.
 */
export function planQueue({
  candidates,
  labels,
  second = new Map(),
  labeller,
  answered,
  seed = 42,
  honestShare = 0.1,
  blindShare = 0.1,
}: QueueOptions): QueueItem[] {
  const labelled = new Set(labels.map(({ id }) => id));
  const open = candidates.filter(({ id }) => !labelled.has(id));
  const ranked = rank(open, second, seed);
  const random = inSeededOrder(open, seed + 1, ({ id }) => id);
  const blind = blindPool(labels, labeller, seed);

  const queue: QueueItem[] = [];
  const taken = new Set<string>();
  const next = (from: { id: string }[]) => {
    while (from.length > 0 && taken.has(from[0]!.id)) from.shift();
    return from.shift();
  };
  const byId = new Map(ranked.map((item) => [item.id, item]));
  const left = [...ranked];
  for (let slot = answered; taken.size < open.length; slot++) {
    if (falls(slot, blindShare, 0.5)) {
      const item = blind.shift();
      if (item) queue.push(item);
    }
    const drawn = falls(slot, honestShare, 0) ? next(random) : undefined;
    const item = drawn ? { ...byId.get(drawn.id)!, reason: 'random' as const } : next(left);
    if (!item) break;
    taken.add(item.id);
    queue.push(item as QueueItem);
  }
  return open.length === 0 ? blind.slice(0, 1) : queue;
}

/** Whether the slot completes another whole 1/share, shifted by `phase` of one. */
const falls = (slot: number, share: number, phase: number): boolean =>
  share > 0 && Math.floor((slot + 1) * share + phase) > Math.floor(slot * share + phase);

function rank(
  open: readonly LabelDraft[],
  second: ReadonlyMap<string, Probabilities>,
  seed: number,
): QueueItem[] {
  const uncertain: QueueItem[] = [];
  const disputed: (QueueItem & { distance: number })[] = [];
  const rest: QueueItem[] = [];
  for (const { id, siteId, tileId, model } of inSeededOrder(open, seed, (draft) => draft.id)) {
    const margin = model ? marginOf(model.probabilities) : null;
    const other = second.get(id);
    const distance = model && other ? disagreementOf(model.probabilities, other) : 0;
    const item = { id, siteId, tileId, margin };
    if (margin !== null && margin < UNSURE_MARGIN) uncertain.push({ ...item, reason: 'uncertain' });
    else if (distance > 0.1) disputed.push({ ...item, reason: 'disagreement', distance });
    else rest.push({ ...item, reason: 'random' });
  }
  uncertain.sort((a, b) => a.margin! - b.margin!);
  disputed.sort((a, b) => b.distance - a.distance);
  return [
    ...uncertain,
    ...disputed.map(({ id, siteId, tileId, reason, margin }) => ({
      id,
      siteId,
      tileId,
      reason,
      margin,
    })),
    ...rest,
  ];
}

function blindPool(labels: readonly LabelRecord[], labeller: string, seed: number): QueueItem[] {
  const mine = labels
    .filter((label) => label.labeller === labeller)
    .sort((a, b) => (a.labelledAt < b.labelledAt ? -1 : a.labelledAt > b.labelledAt ? 1 : 0));
  const due = mine
    .slice(0, Math.max(0, mine.length - BLIND_GAP))
    .filter(({ history }) => !history.some(({ change }) => change === 'repeat'));
  return inSeededOrder(due, seed + 2, ({ id }) => id).map(({ id, siteId, tileId, model }) => ({
    id,
    siteId,
    tileId,
    reason: 'blind',
    margin: model ? marginOf(model.probabilities) : null,
  }));
}
