import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { analyseSite } from '../analysis/analyse-site.ts';
import type { AnalysePorts } from '../analysis/analyse-request.ts';
import type { BatchStore } from '../analysis/batch.ts';
import type { ListedSite } from '../analysis/site-list.ts';
import { parseSiteResult } from '../analysis/site-result.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { resultJson } from '../report/json.ts';
import { SOFTWARE_VERSION } from '../site/version.ts';
import { requestOf } from './commands/analyse.ts';
import type { JudgingOptions } from './commands/analyse.ts';
import { today } from './options.ts';
import { PatchKeeper, writeSiteFiles } from './write-site-files.ts';

export interface BatchFolderOptions extends JudgingOptions {
  /** Folder of the whole batch. */
  out: string;
  /** Write every export of each site, not its result alone. */
  reports?: boolean;
}

/** How one site is analysed and where it is kept. */
export function batchMeans(
  options: BatchFolderOptions,
  ports: AnalysePorts,
  signal: AbortSignal,
): { analyse: (listed: ListedSite) => Promise<SiteResult>; store: BatchStore } {
  const folderOf = (listed: ListedSite): string =>
    join(options.out, 'sites', siteKey(listed, options, ports));
  // The site at hand only: one site's pictures at a time keep memory flat.
  let patches = new PatchKeeper();
  return {
    analyse: (listed) => {
      patches = new PatchKeeper();
      const { site, heightFt, name } = listed;
      return analyseSite(requestOf({ ...options, site, heightFt, siteName: name }), ports, {
        signal,
        onProgress: options.reports ? (event) => patches.keep(event) : undefined,
      });
    },
    store: {
      async load(listed) {
        try {
          const text = await readFile(join(folderOf(listed), 'result.json'), 'utf8');
          return parseSiteResult(JSON.parse(text));
        } catch {
          return null; // Not there, or not whole: the site is analysed again.
        }
      },
      async save(listed, result) {
        const folder = folderOf(listed);
        await mkdir(folder, { recursive: true });
        if (options.reports)
          await writeSiteFiles(folder, result, { patches, about: { date: today() } });
        else await writeWhole(join(folder, 'result.json'), resultJson(result));
      },
    },
  };
}

/** Folder name of a site: readable, and another one where anything that decides the answer differs. */
function siteKey(
  listed: ListedSite,
  options: BatchFolderOptions,
  { source, classifier }: AnalysePorts,
): string {
  const decides = [
    SOFTWARE_VERSION,
    listed.name,
    listed.site,
    listed.heightFt,
    source.id,
    options.imagery,
    options.imageryMaxZoom,
    options.imageryLayer,
    classifier.model.sha256,
    classifier.backend.name,
    options.tileM,
    options.strideM,
    options.edition,
    options.tolerance,
    options.conservative,
    options.confidenceFloor,
    options.bearings,
    options.refine,
  ];
  const hash = createHash('sha256').update(JSON.stringify(decides)).digest('hex').slice(0, 12);
  const slug =
    listed.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 40) || 'site';
  return `${slug}-${hash}`;
}

/** A file that is whole or not there. */
export async function writeWhole(path: string, content: string): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
