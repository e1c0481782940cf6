import { UserError } from '../../site/user-error.ts';
import type { LabelStore } from '../label-store.ts';
import { importLabels } from './import-labels.ts';
import type { ImportOptions, ImportReport } from './import-labels.ts';
import { ARCHIVE_LIMITS, ArchiveRefused, inMegabytes, shown } from './limits.ts';
import { assertHubNames } from './hub-names.ts';

export interface PullOptions extends Omit<ImportOptions, 'fileName'> {
  /** `name/dataset`, as on the Hub. */
  repo: string;
  /** Only private datasets need one. It goes to `hubUrl` alone. */
  token?: string;
  fetch: typeof fetch;
  hubUrl?: string;
}

/** Parquet files of one dataset; more than this is not a set of labels. */
const MOST_FILES = 100;

/**
 * Brings in the labels of a Hugging Face dataset, every parquet file of it, as `importLabels` does
 * from a file: merged by content hash, nothing overwritten, nothing taken on trust.
 * @throws UserError where the dataset cannot be had; ArchiveRefused where it is not labels
 */
export async function pullFromHub(
  store: LabelStore,
  {
    repo,
    token = '',
    fetch,
    hubUrl = 'https://huggingface.co',
    limits = ARCHIVE_LIMITS,
    ...options
  }: PullOptions,
): Promise<ImportReport> {
  assertHubNames(repo, token || null);
  const { signal } = options;
  const ask = (url: string) =>
    fetch(url, {
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
      ...(signal && { signal }),
    });
  const files = await parquetFilesOf({ repo, token, fetch, hubUrl, signal });
  if (files.length === 0) {
    throw new ArchiveRefused(`${repo} holds no parquet files, which labels are pushed as.`);
  }
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > limits.totalBytes) {
    throw new ArchiveRefused(`${repo} holds ${inMegabytes(total)}, more than labels would.`);
  }
  const all: ImportReport = {
    added: 0,
    same: 0,
    conflicts: [],
    refused: 0,
    lines: [],
    assigned: {},
  };
  for (const { path } of files) {
    const response = await ask(
      `${hubUrl}/datasets/${repo}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`,
    ).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new UserError(`The Hub cannot be reached (${String((error as Error).message)}).`);
    });
    if (!response.ok) throw refusal(repo, response.status);
    const report = await importLabels(store, await response.blob(), {
      ...options,
      limits,
      fileName: path,
    });
    all.added += report.added;
    all.same += report.same;
    all.refused += report.refused;
    all.conflicts.push(...report.conflicts);
    all.lines.push(...report.lines.map((line) => `${shown(path)}: ${line}`));
    all.assigned = { ...report.assigned, ...all.assigned };
  }
  return all;
}

/** Parquet files of a dataset, none where it has none. @throws UserError, ArchiveRefused */
export async function parquetFilesOf({
  repo,
  token,
  fetch,
  hubUrl = 'https://huggingface.co',
  signal,
}: Pick<PullOptions, 'repo' | 'token' | 'fetch' | 'hubUrl' | 'signal'>): Promise<
  { path: string; size: number }[]
> {
  const { listFiles } = await import('@huggingface/hub');
  const files: { path: string; size: number }[] = [];
  try {
    for await (const { type, path, size } of listFiles({
      repo: { type: 'dataset', name: repo },
      recursive: true,
      hubUrl,
      fetch: (url, init) => fetch(url, { ...init, signal }),
      ...(token && { accessToken: token }),
    })) {
      if (type === 'file' && /\.parquet$/i.test(path)) files.push({ path, size });
      if (files.length > MOST_FILES) break;
    }
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    const { statusCode } = error as { statusCode?: number };
    if (statusCode) throw refusal(repo, statusCode);
    throw new UserError('The Hub cannot be reached. Try again, or import a file.');
  }
  if (files.length > MOST_FILES) {
    throw new ArchiveRefused(`${repo} holds more than ${MOST_FILES} parquet files.`);
  }
  return files;
}

/** What the Hub answered, in words. It says 401 of a dataset that is not there, too. */
function refusal(repo: string, status: number): UserError {
  if (status === 401 || status === 403 || status === 404) {
    return new UserError(
      `There is no dataset ${repo} that this token may read (the Hub answered ${status}).`,
    );
  }
  return new UserError(`The Hub answered ${status} for ${repo}. Try again later.`);
}
