import { ContextConsumer } from '@lit/context';
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { sessionContext } from './context.ts';
import type { Session, SessionState } from './session.ts';

/**
 * An element that shows part of a session: the one given as a property, or the one its ancestors
 * provide. It renders again only when a part it watches changes.
 */
export abstract class SessionElement extends LitElement {
  /** Shared store; elements without one show what their own properties hold. */
  @property({ attribute: false }) session: Session | null = null;

  /** Parts of the snapshot that this element shows. */
  protected abstract readonly watches: readonly (keyof SessionState)[];

  #subscribedTo: Session | null = null;
  /** True where the session is an ancestor's, and goes when the ancestor has another. */
  #fromContext = false;
  #unsubscribe: (() => void) | null = null;

  constructor() {
    super();
    new ContextConsumer(this, {
      context: sessionContext,
      subscribe: true,
      callback: (session) => {
        if (this.session && !this.#fromContext) return;
        this.#fromContext = true;
        this.session = session ?? null;
      },
    });
  }

  /** Called when a watched part changed, before rendering. */
  protected sessionChanged(_state: SessionState, _changed: ReadonlySet<keyof SessionState>): void {}

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow(this.session);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#follow(null);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('session') && this.isConnected) this.#follow(this.session);
  }

  #follow(session: Session | null): void {
    if (session === this.#subscribedTo) return;
    this.#unsubscribe?.();
    this.#subscribedTo = session;
    this.#unsubscribe =
      session?.subscribe((state, changed) => {
        if (!this.watches.some((part) => changed.has(part))) return;
        this.sessionChanged(state, changed);
        this.requestUpdate();
      }) ?? null;
    if (session) {
      this.sessionChanged(session.state, new Set(this.watches));
      this.requestUpdate();
    }
  }
}
