import { html } from 'lit';
import type { TemplateResult } from 'lit';

export type LazyTab = 'labels' | 'train';

/** Panels that load with their first visit. Both find the session in their context. */
export const LAZY_TABS: Record<LazyTab, { load(): Promise<unknown>; render(): TemplateResult }> = {
  labels: {
    load: () => loadFirst(import.meta.glob('../label-board/label-board.ts')),
    render: () => html`<upwind-labels></upwind-labels>`,
  },
  train: {
    load: () => loadFirst(import.meta.glob('../training-panel/training-panel.ts')),
    render: () => html`<upwind-trainer></upwind-trainer>`,
  },
};

async function loadFirst(modules: Record<string, () => Promise<unknown>>): Promise<unknown> {
  const load = Object.values(modules)[0];
  if (!load) throw new Error('not in this build');
  return load();
}
