import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import type { SessionStore, Settings, Site } from './session.ts';

const SETTINGS_KEY = 'upwind-settings';

/**
 * Settings in localStorage, the last answer in IndexedDB. Where a browser forbids either (private
 * windows), the page works and forgets.
 */
export function browserSessionStore(databaseName = 'upwind-session'): SessionStore {
  let opening: Promise<IDBPDatabase> | null = null;
  const open = () =>
    (opening ??= openDB(databaseName, 1, {
      upgrade: (database) => {
        database.createObjectStore('results');
      },
    }));
  return {
    async load() {
      const saved = readSettings();
      const result = await open()
        .then((database) => database.get('results', 'last') as Promise<unknown>)
        .then((value) => (value === undefined ? null : parseSiteResult(value)))
        .catch(() => null);
      return { settings: saved.settings ?? {}, site: saved.site ?? null, result };
    },
    async saveSettings(settings, site) {
      try {
        localStorage.setItem(SETTINGS_KEY, JSON.stringify({ settings, site }));
      } catch {
        // Storage is full or forbidden: the page goes on without.
      }
    },
    async saveResult(result) {
      const database = await open();
      if (result) await database.put('results', result, 'last');
      else await database.delete('results', 'last');
    },
  };
}

function readSettings(): { settings?: Partial<Settings>; site?: Site | null } {
  try {
    return JSON.parse(localStorage.getItem(SETTINGS_KEY) ?? '{}') as {
      settings?: Partial<Settings>;
      site?: Site | null;
    };
  } catch {
    return {};
  }
}
