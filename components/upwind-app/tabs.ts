import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';

export type LazyTab = 'labels' | 'train' | 'sites';

/** What one panel hands to another. */
export interface TabContext {
  /** Labels to train on, once the label board asked for it. */
  trainingFiles: CheckpointFiles | null;
}

interface TabPanel {
  load(): Promise<unknown>;
  render(context: TabContext): TemplateResult;
}

/** Panels that load with their first visit. All find the session in their context. */
export const LAZY_TABS: Record<LazyTab, TabPanel> = {
  labels: {
    load: () => import('../label-board/label-board.ts'),
    render: () => html`<upwind-labels></upwind-labels>`,
  },
  train: {
    load: () => import('../training-panel/training-panel.ts'),
    render: ({ trainingFiles }) => html`<upwind-trainer .files=${trainingFiles}></upwind-trainer>`,
  },
  sites: {
    load: () => import('../site-list/site-list.ts'),
    render: () => html`<upwind-site-list></upwind-site-list>`,
  },
};
