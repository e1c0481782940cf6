import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { UpwindJson } from '../checkpoint/upwind-json.ts';
import { writeCheckpoint } from '../checkpoint/write-checkpoint.ts';
import { sha256Hex } from '../site/sha256.ts';
import { SOFTWARE_VERSION } from '../site/version.ts';
import { countsOf } from './dataset/dataset.ts';
import type { Dataset } from './dataset/dataset.ts';
import type { FineTuneResult } from './fine-tune.ts';
import { modelCard } from './model-card.ts';
import type { FineTuneSettings } from './settings.ts';

export interface FinishOptions {
  /** Name of the new checkpoint. */
  id: string;
  /** What the run started from. */
  base: Checkpoint;
  dataset: Dataset;
  settings: FineTuneSettings;
  /** Backend that computed it, for the record. */
  backend: string;
  dtype?: 'F32' | 'F16';
}

/** A fine-tuned model with its papers. */
export interface FinishedCheckpoint {
  checkpoint: Checkpoint;
  /** File name → bytes, as `from_pretrained` and `readCheckpoint` open them. */
  files: Map<string, Uint8Array>;
}

/**
 * Writes down where a fine-tuned model comes from: `upwind.json`, a `trainer_state.json` as
 * `Trainer` keeps one, and a model card. Nothing in the files depends on the clock.
 */
export async function finishCheckpoint(
  result: FineTuneResult,
  options: FinishOptions,
): Promise<FinishedCheckpoint> {
  const { id, dtype = 'F32' } = options;
  const upwind = upwindJson(result, options);
  const draft: Checkpoint = { ...result.checkpoint, id, upwind, trained: true };
  const files = writeCheckpoint(draft, { dtype, readme: () => modelCard(result, options) });
  const state = JSON.stringify(trainerHistory(result, options.settings), null, 2);
  files.set('trainer_state.json', new TextEncoder().encode(`${state}\n`));
  const sha256 = await sha256Hex(files.get('model.safetensors')!);
  return { checkpoint: { ...draft, sha256 }, files };
}

function upwindJson(result: FineTuneResult, options: FinishOptions): UpwindJson {
  const { base, dataset, settings, backend } = options;
  const { metrics } = result;
  return {
    schema: 1,
    tile_m: base.upwind.tile_m ?? null,
    ...(base.upwind.imagery === undefined ? {} : { imagery: base.upwind.imagery }),
    parent: base.id,
    parent_sha256: base.sha256,
    trained: true,
    temperature: result.calibration.temperature,
    confidence_floor: result.calibration.confidenceFloor,
    ...(result.likeness ? { likeness: result.likeness } : {}),
    metrics: {
      split: 'validation',
      n: metrics.n,
      accuracy: metrics.accuracy,
      labels: metrics.labels,
      recall: metrics.recall,
      confusion: metrics.confusion,
      unsafe: metrics.unsafe,
      costly: metrics.costly,
    },
    training: {
      ...settings,
      // The head is never shown crops, whatever the recipe says.
      augment: settings.augment && settings.mode === 'full',
      best_epoch: result.bestEpoch,
      epochs_run: result.epochs.length,
      diverged: result.diverged,
      backend,
      data: {
        name: dataset.name,
        sha256: dataset.sha256,
        counts: countsOf(dataset.images),
        classes: dataset.classes,
        skipped: dataset.skipped.length,
        split_made: dataset.splitMade,
      },
    },
    software: { name: 'upwind', version: SOFTWARE_VERSION },
  };
}

/** History in the shape of `Trainer`'s `trainer_state.json`. */
export function trainerHistory(result: FineTuneResult, settings: FineTuneSettings) {
  const perEpoch = result.epochs[0]?.step ?? 1;
  const log: Record<string, number | (number | null)[]>[] = [];
  for (const report of result.epochs) {
    for (const one of result.steps.filter(({ epoch }) => epoch === report.epoch)) {
      log.push({
        epoch: one.step / perEpoch,
        step: one.step,
        loss: one.loss,
        grad_norm: one.gradNorm,
        learning_rate: one.learningRate,
      });
    }
    log.push({
      epoch: report.epoch,
      step: report.step,
      train_loss: report.trainLoss,
      eval_loss: report.validationLoss,
      eval_accuracy: report.accuracy,
      eval_recall: report.recall,
      eval_unsafe: report.unsafe,
      eval_costly: report.costly,
    });
  }
  const best = result.epochs.find(({ epoch }) => epoch === result.bestEpoch);
  return {
    best_metric: settings.bestBy === 'loss' ? best?.validationLoss : best?.accuracy,
    best_epoch: result.bestEpoch,
    epoch: result.epochs.length,
    global_step: result.epochs.at(-1)?.step ?? 0,
    max_steps: perEpoch * settings.epochs,
    num_train_epochs: settings.epochs,
    train_batch_size: settings.batchSize,
    is_local_process_zero: true,
    is_world_process_zero: true,
    is_hyper_param_search: false,
    log_history: log,
  };
}
