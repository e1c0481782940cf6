import { property } from 'lit/decorators.js';
import { LitElement } from 'lit';
import { NOTHING_YET } from './training-controller.ts';
import type { TrainingController, TrainingState } from './training-controller.ts';

/** A part of the panel: shows the controller's state and renders again with every change of it. */
export abstract class TrainingElement extends LitElement {
  @property({ attribute: false }) training: TrainingController | null = null;
  #followed: TrainingController | null = null;
  #unfollow: (() => void) | null = null;

  protected get now(): TrainingState {
    return this.training?.state ?? NOTHING_YET;
  }

  /** Called after each change of the state, before rendering. */
  protected stateChanged(_state: TrainingState): void {}

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollow?.();
    this.#unfollow = null;
    this.#followed = null;
  }

  override willUpdate(): void {
    this.#follow();
  }

  #follow(): void {
    if (this.#followed === this.training || !this.isConnected) return;
    this.#unfollow?.();
    this.#followed = this.training;
    this.#unfollow =
      this.training?.subscribe(() => {
        this.stateChanged(this.now);
        this.requestUpdate();
      }) ?? null;
    if (this.training) this.stateChanged(this.now);
  }
}
