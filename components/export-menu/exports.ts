import type { SiteResult } from '../../src/analysis/site-result.ts';

export interface ExportKind {
  id: 'csv' | 'sectors' | 'tiles' | 'json' | 'pdf' | 'html';
  /** File name between `upwind-` and the extension. */
  stem: string;
  extension: string;
  /** Loads its writer when first used. */
  make(result: SiteResult): Promise<Blob>;
}

const text = (content: string, type: string) => new Blob([content], { type });

export const EXPORTS: readonly ExportKind[] = [
  {
    id: 'json',
    stem: 'result',
    extension: 'json',
    make: async (result) => text(`${JSON.stringify(result, null, 2)}\n`, 'application/json'),
  },
];
