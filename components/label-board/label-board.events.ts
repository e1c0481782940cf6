import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { DatasetCounts } from '../../src/training/dataset/dataset.ts';

/**
 * "Train on my labels" was pressed. `files` reads as an imagefolder with splits by site:
 * `openDataset(files, { decoder })` makes a dataset of it. The page opens its training panel and
 * sets `files` as the panel's `files` property.
 */
export class UpwindTrainLabelsEvent extends CustomEvent<{
  files: CheckpointFiles;
  counts: DatasetCounts;
}> {
  constructor(detail: { files: CheckpointFiles; counts: DatasetCounts }) {
    super('upwind-train-labels', { detail, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-train-labels': UpwindTrainLabelsEvent;
  }
}
