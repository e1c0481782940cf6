import { UserError } from '../../site/user-error.ts';
import type { LabelStore } from '../label-store.ts';
import { sayAlike } from '../merge-label.ts';
import { MemoryLabelStore } from '../memory-label-store.ts';
import type { LabelRecord } from '../label.ts';
import type { SplitAssignment } from '../split-by-site.ts';
import { PLACES, selectForExport } from './dataset.ts';
import { hubCard, hubPathOf } from './hub-card.ts';
import { assertHubNames } from './hub-names.ts';
import { ArchiveRefused } from './limits.ts';
import { writeParquet } from './parquet-writer.ts';
import { picturesInOrder } from './pictures-in-order.ts';
import { parquetFilesOf, pullFromHub } from './pull-from-hub.ts';

export interface PushOptions {
  /** `name/dataset`, as on the Hub. */
  repo: string;
  /** A token with write access. It goes to `hubUrl` alone, and is kept by nobody here. */
  token: string;
  assigned: SplitAssignment;
  fetch: typeof fetch;
  hubUrl?: string;
  /** Makes the dataset private where it does not exist yet. Default true. */
  isPrivate?: boolean;
  labels?: readonly LabelRecord[];
  signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface PushReport {
  url: string;
  pushed: number;
  lines: string[];
}

/**
 * Puts the labels into a Hugging Face dataset: one parquet file a split and a dataset card, in one
 * commit, so that nobody ever loads half of it. Makes the dataset where there is none. What a dataset
 * holds already is replaced by the store's own state of it, so all of it must be in the store; what
 * people wrote in its card stays.
 * @throws UserError on a bad name, a token that may not write, nothing to push, or labels there that
 *   are not here
 */
export async function pushToHub(
  store: Pick<LabelStore, 'list' | 'pixelsOfMany'>,
  {
    repo,
    token,
    assigned,
    hubUrl,
    isPrivate = true,
    labels,
    signal,
    onProgress,
    ...options
  }: PushOptions,
): Promise<PushReport> {
  assertHubNames(repo, token);
  const { rows, withheld } = selectForExport(labels ?? (await store.list()), assigned);
  if (rows.length === 0) throw new UserError(['There is nothing to push.', ...withheld].join(' '));
  let done = 0;
  const onLabel = () => {
    signal?.throwIfAborted();
    onProgress?.(++done, rows.length);
  };
  const lines = [...withheld];
  const files: { path: string; content: Blob }[] = [];
  for (const place of PLACES) {
    const here = rows.filter((row) => row.place === place);
    if (here.length === 0) continue;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    await writeParquet(here, {
      pixelsOf: picturesInOrder(store, here),
      write: (bytes) => parts.push(bytes as Uint8Array<ArrayBuffer>),
      onLabel,
    });
    files.push({ path: hubPathOf(place), content: new Blob(parts) });
  }
  const hub = await import('@huggingface/hub');
  const common = {
    repo: { type: 'dataset' as const, name: repo },
    accessToken: token,
    fetch: options.fetch,
    ...(hubUrl ? { hubUrl } : {}),
  };
  try {
    let stale: string[] = [];
    let card: string | null = null;
    let parentCommit: string | undefined;
    if (await hub.repoExists(common)) {
      // What is looked at now must be what is replaced: the Hub refuses the commit where somebody
      // else pushed in between.
      parentCommit = (await hub.listCommits({ ...common, batchSize: 1 }).next()).value?.oid;
      const at = { repo, token, fetch: options.fetch, hubUrl, signal };
      const there = await ownFilesThere(store, at);
      stale = there.paths.filter((path) => !files.some((f) => f.path === path));
      lines.push(...there.lines);
      card = await cardThere(at);
    } else {
      await hub.createRepo({ ...common, visibility: isPrivate ? 'private' : 'public' });
    }
    await hub.commit({
      ...common,
      operations: [
        {
          ...{ operation: 'addOrUpdate' as const, path: CARD },
          content: new Blob([hubCard(rows, card)]),
        },
        ...files.map((file) => ({ operation: 'addOrUpdate' as const, ...file })),
        // A split that has no labels any more would keep its old ones beside the new.
        ...stale.map((path) => ({ operation: 'delete' as const, path })),
      ],
      title: `${rows.length} surface roughness labels`,
      useXet: false,
      ...(parentCommit ? { parentCommit } : {}),
      ...(signal ? { abortSignal: signal } : {}),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof UserError ? error : inWords(error, repo, token);
  }
  return {
    url: `${hubUrl ?? 'https://huggingface.co'}/datasets/${repo}`,
    pushed: rows.length,
    lines,
  };
}

/**
 * Files of an earlier push. Nobody's labels go because a file of theirs is written anew; where the
 * store says otherwise of a tile than they do, a line tells.
 * @throws UserError where they hold labels that are not in the store
 */
async function ownFilesThere(
  store: Pick<LabelStore, 'list'>,
  hub: Pick<PushOptions, 'repo' | 'token' | 'fetch' | 'hubUrl' | 'signal'>,
): Promise<{ paths: string[]; lines: string[] }> {
  const paths = new Set(PLACES.map(hubPathOf));
  const there = (await parquetFilesOf(hub))
    .map(({ path }) => path)
    .filter((path) => paths.has(path));
  if (there.length === 0) return { paths: there, lines: [] };
  const theirs = new MemoryLabelStore();
  const nobodysLabels = () =>
    new UserError(`${hub.repo} holds other than labels of ours: push under another name.`);
  const { refused } = await pullFromHub(theirs, { ...hub, at: new Date(0).toISOString() }).catch(
    (error: unknown) => {
      throw error instanceof ArchiveRefused ? nobodysLabels() : error;
    },
  );
  if (refused > 0) throw nobodysLabels();
  const mine = new Map((await store.list()).map((label) => [label.id, label]));
  const known = await theirs.list();
  const strange = known.filter(({ id }) => !mine.has(id)).length;
  if (strange > 0) {
    throw new UserError(
      `${hub.repo} holds ${strange} ${strange === 1 ? 'label that is' : 'labels that are'} not here: bring them in first, then push.`,
    );
  }
  const other = known.filter((label) => !sayAlike(mine.get(label.id)!, label));
  const lines = [
    `${other.length} ${other.length === 1 ? 'label' : 'labels'} in ${hub.repo} said otherwise: yours stand there now, the older ones in its history.`,
  ];
  return { paths: there, lines: other.length > 0 ? lines : [] };
}

const CARD = 'README.md';
/** A longer card than this is none. */
const CARD_BYTES = 4 * 2 ** 20;

/** The dataset's card, which people may have written in; null where it has none. */
async function cardThere({
  repo,
  token,
  fetch,
  hubUrl = 'https://huggingface.co',
  signal,
}: Pick<PushOptions, 'repo' | 'token' | 'fetch' | 'hubUrl' | 'signal'>): Promise<string | null> {
  const response = await fetch(`${hubUrl}/datasets/${repo}/resolve/main/${CARD}`, {
    headers: { authorization: `Bearer ${token}` },
    cache: 'no-store',
    ...(signal && { signal }),
  });
  if (response.status === 404) return null;
  const file = response.ok ? await response.blob() : null;
  if (!file || file.size > CARD_BYTES) {
    throw new UserError(
      `The card of ${repo} cannot be read (${file ? 'too long' : response.status}), and nobody's text is overwritten: try again later.`,
    );
  }
  return file.text();
}

/** What the Hub answered, in words; the token never shows in them. */
function inWords(error: unknown, repo: string, token: string): UserError {
  const { statusCode: status } = error as { statusCode?: number };
  if (status === 401) return new UserError('The Hub does not know this token: make a new one.');
  if (status === 403) {
    return new UserError(`The token may not write to ${repo}: make one with write access to it.`);
  }
  if (status === 409 || status === 412) {
    return new UserError(`Somebody else changed ${repo} in the meantime: push again.`);
  }
  const text = error instanceof Error ? error.message : String(error);
  return new UserError(
    `The Hub did not take the labels${status ? ` (${status})` : ''}: ${text.replaceAll(token, 'hf_…')}`,
  );
}
