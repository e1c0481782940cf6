import { FIRST_STATE } from './session-snapshot.ts';
import type { SessionListener, SessionPorts, SessionState } from './session-types.ts';

/** What the parts of a session share: its ports, and one immutable snapshot with its listeners. */
export class SessionCore {
  #state: SessionState = FIRST_STATE;
  #listeners = new Set<SessionListener>();
  #ended = false;

  constructor(readonly ports: SessionPorts) {}

  get state(): SessionState {
    return this.#state;
  }

  subscribe(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<SessionState>): void {
    if (this.#ended) return;
    const changed = new Set<keyof SessionState>();
    for (const key of Object.keys(change) as (keyof SessionState)[]) {
      if (this.#state[key] !== change[key]) changed.add(key);
    }
    if (changed.size === 0) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this.#state, changed);
  }

  /** Keeps settings and site for the next visit. */
  save(): void {
    const { settings, site } = this.#state;
    void this.ports.store.saveSettings(settings, site).catch(() => undefined);
  }

  end(): void {
    this.#ended = true;
    this.#listeners.clear();
  }
}

export const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
