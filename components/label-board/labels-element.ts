import type { PropertyValues } from 'lit';
import { SessionElement } from '../shared/session-element.ts';
import type { Session, SessionState } from '../shared/session.ts';
import type { LabelController } from './label-controller.ts';
import { labelsOf } from './labels-of.ts';
import { NO_LABELS } from './labels-state.ts';
import type { LabelsState } from './labels-state.ts';

/** An element that shows labels: it renders again with every change of them. */
export abstract class LabelsElement extends SessionElement {
  protected override readonly watches: readonly (keyof SessionState)[] = [];
  protected labels: LabelController | null = null;
  protected now: LabelsState = NO_LABELS;
  #unfollow: (() => void) | null = null;
  #followed: Session | null = null;

  protected override sessionChanged(
    _state: SessionState,
    _changed: ReadonlySet<keyof SessionState>,
  ): void {
    this.#followLabels();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#followLabels();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#letGo();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed as Map<PropertyKey, unknown>);
  }

  #letGo(): void {
    this.#unfollow?.();
    this.#unfollow = this.#followed = null;
  }

  #followLabels(): void {
    if (!this.session || this.#followed === this.session || !this.isConnected) return;
    this.#letGo();
    this.#followed = this.session;
    this.labels = labelsOf(this.session);
    this.#unfollow = this.labels.subscribe((state) => this.#show(state));
    this.#show(this.labels.state);
  }

  #show(state: LabelsState): void {
    const before = this.now;
    this.now = state;
    this.labelsChanged(state, before);
    this.requestUpdate();
  }

  /** Called with every change of the labels, before rendering. */
  protected labelsChanged(_state: LabelsState, _before: LabelsState): void {}
}
