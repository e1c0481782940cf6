import { property } from 'lit/decorators.js';
import type { DirectionResult, SectorResult, SiteResult } from '../../src/analysis/site-result.ts';
import {
  UpwindDirectionHoverEvent,
  UpwindDirectionSelectEvent,
} from '../sector-rose/sector-rose.events.ts';
import type { LengthUnit } from './format.ts';
import { SessionElement } from './session-element.ts';
import type { SessionState } from './session.ts';

/** What rose and table share: an answer to show, and the direction under pointer or focus. */
export abstract class AssessedElement extends SessionElement {
  /** An answer to show without a session. */
  @property({ attribute: false }) result: SiteResult | null = null;
  /** Lengths are shown in this unit first. */
  @property({ reflect: true }) unit: LengthUnit = 'ft';
  /** Direction under pointer or focus, here or in a linked element. */
  @property({ attribute: 'hot-direction', reflect: true }) hotDirection: string | null = null;
  /** Direction that is open. */
  @property({ reflect: true }) direction: string | null = null;

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'assessment',
    'result',
    'selection',
    'settings',
    'run',
  ];

  protected override sessionChanged(state: SessionState): void {
    this.unit = state.settings.unit;
    this.hotDirection = state.selection.hotDirection;
    this.direction = state.selection.direction;
  }

  protected get directions(): readonly DirectionResult[] {
    return (this.result ?? this.session?.state.assessment)?.directions ?? [];
  }

  protected get sectors(): readonly SectorResult[] {
    return (this.result ?? this.session?.state.assessment)?.sectors ?? [];
  }

  protected hover(direction: string | null): void {
    if (this.hotDirection === direction) return;
    this.hotDirection = direction;
    this.session?.select({ hotDirection: direction });
    this.dispatchEvent(new UpwindDirectionHoverEvent(direction));
  }

  /** Opens a direction, or closes it if it is the open one. */
  protected toggle(name: string): void {
    this.direction = this.direction === name ? null : name;
    this.session?.select({ direction: this.direction });
    this.dispatchEvent(new UpwindDirectionSelectEvent(this.direction));
  }
}
