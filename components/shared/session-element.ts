import { ContextConsumer, ContextProvider } from '@lit/context';
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { sessionContext } from './context.ts';
import { speakAs, touchVoice } from './localize.ts';
import type { Session, SessionState } from './session.ts';

/** Comes before whatever people do to an element. */
const TOUCHES = ['pointerdown', 'keydown', 'focusin', 'dragenter'] as const;

/**
 * An element that shows part of a session: the one given as a property, which it then provides to
 * what is inside it, or the one its ancestors provide. It renders again only when a part it watches
 * changes.
 * @cssproperty --upwind-b - colour of roughness and exposure B; letters on it: `--upwind-b-ink`
 * @cssproperty --upwind-c - the same of C; letters: `--upwind-c-ink`
 * @cssproperty --upwind-d - the same of D; letters: `--upwind-d-ink`
 * @cssproperty --upwind-unknown - ground that nobody has seen
 * @cssproperty --upwind-surface - ground of panels, plates and buttons
 * @cssproperty --upwind-sunken - ground of fields and of what lies deeper
 * @cssproperty --upwind-line - lines between things
 * @cssproperty --upwind-ink - text
 * @cssproperty --upwind-muted - text that matters less
 * @cssproperty --upwind-accent - main buttons; their text: `--upwind-accent-ink`
 * @cssproperty --upwind-focus - focus ring, sliders and checks
 * @cssproperty --upwind-font - typeface
 */
export abstract class SessionElement extends LitElement {
  /** Shared store; elements without one show what their own properties hold. */
  @property({ attribute: false }) session: Session | null = null;

  /** Parts of the snapshot that this element shows. */
  protected abstract readonly watches: readonly (keyof SessionState)[];

  /** Gives what is inside this element its session; there once it has one of its own. */
  protected provider: ContextProvider<typeof sessionContext> | null = null;

  #subscribedTo: Session | null = null;
  /** True where the session is an ancestor's, and goes when the ancestor has another. */
  #fromContext = false;
  #unsubscribe: (() => void) | null = null;
  #consumer: ContextConsumer<typeof sessionContext, this>;

  constructor() {
    super();
    // What is said after an event, when nothing renders, is said in the words of what was touched.
    for (const type of TOUCHES) {
      this.addEventListener(type, () => touchVoice(this.session?.voice ?? null), { capture: true });
    }
    this.#consumer = new ContextConsumer(this, {
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
    if (!this.session && !this.#fromContext && !customElements.get('upwind-map')) {
      // In a page's markup the parts of a map may be upgraded before the map that answers them.
      void customElements.whenDefined('upwind-map').then(() => {
        if (this.isConnected && !this.#fromContext) this.#consumer.hostConnected();
      });
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#follow(null);
  }

  /** Two maps of a page may speak two languages: what renders says which. */
  protected override performUpdate(): void {
    speakAs(this.session?.voice ?? null, () => super.performUpdate());
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('session')) return;
    if (this.isConnected) this.#follow(this.session);
    if (this.session && !this.#fromContext) {
      this.provider ??= new ContextProvider(this, { context: sessionContext });
    }
    this.provider?.setValue(this.session!);
  }

  #follow(session: Session | null): void {
    if (session === this.#subscribedTo) return;
    this.#unsubscribe?.();
    this.#subscribedTo = session;
    this.#unsubscribe =
      session?.subscribe((state, changed) => {
        if (!this.watches.some((part) => changed.has(part))) return;
        speakAs(session.voice, () => this.sessionChanged(state, changed));
        this.requestUpdate();
      }) ?? null;
    if (session) {
      speakAs(session.voice, () => this.sessionChanged(session.state, new Set(this.watches)));
      this.requestUpdate();
    }
  }
}
