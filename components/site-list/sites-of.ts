import type { SiteDb } from '../../src/platform/browser/site-db.ts';
import type { Session } from '../shared/session.ts';
import { BatchController } from './batch-controller.ts';

/** The saved sites and the batch that go with a session; they outlive the panel that shows them. */
export interface Sites {
  openDb(): Promise<SiteDb>;
  batch: BatchController;
}

const known = new WeakMap<Session, Sites>();

/** Made on first use, one for all elements. */
export function sitesOf(session: Session): Sites {
  let sites = known.get(session);
  if (!sites) {
    let opening: Promise<SiteDb> | null = null;
    const openDb = () =>
      (opening ??= import('../../src/platform/browser/site-db.ts')
        .then(({ SiteDb }) => SiteDb.open())
        .catch((error: unknown) => {
          opening = null;
          throw error;
        }));
    const batch = new BatchController(session, {
      openDb,
      lock: takeBatch,
      now: () => new Date().toISOString(),
      clock: () => performance.now(),
    });
    sites = { openDb, batch };
    known.set(session, sites);
    void batch.load();
  }
  return sites;
}

/** One tab at a time runs the batch; the browser lets go when a tab is closed or crashes. */
function takeBatch(): Promise<(() => void) | null> {
  return new Promise((taken, fail) => {
    navigator.locks
      .request('upwind-batch', { ifAvailable: true }, (lock) => {
        if (!lock) return taken(null);
        return new Promise<void>((release) => taken(() => release()));
      })
      .catch(fail);
  });
}
