import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AttentionMap } from '../../src/vit/classifier.ts';
import type { Session } from '../shared/session.ts';

/** Asks the model where it looked in one tile, once somebody wants to see it. */
export class AttentionController implements ReactiveController {
  /** What to light up; null shows the picture as it is. */
  map: AttentionMap | null = null;
  /** The answer is on its way. */
  working = false;
  /** Why there is no answer. */
  message: string | null = null;
  #host: ReactiveControllerHost;
  #asking: AbortController | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Shows it, or what was shown goes. */
  async toggle(session: Session, tileId: string): Promise<void> {
    if (this.map || this.working) return this.clear();
    this.clear();
    const asking = (this.#asking = new AbortController());
    this.working = true;
    this.#host.requestUpdate();
    try {
      const map = await session.attention(tileId, asking.signal);
      if (!asking.signal.aborted) this.map = map;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.message = error instanceof Error ? error.message : String(error);
    } finally {
      if (!asking.signal.aborted) {
        this.working = false;
        this.#host.requestUpdate();
      }
    }
  }

  clear(): void {
    this.#asking?.abort();
    this.#asking = null;
    this.map = null;
    this.working = false;
    this.message = null;
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.clear();
  }
}
