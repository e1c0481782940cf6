import * as tf from '@tensorflow/tfjs';
import { ROUGHNESS } from '../roughness/category.ts';
import { UserError } from '../site/user-error.ts';
import { download } from './adamw.ts';
import type { Optimizer } from './adamw.ts';
import { calibrate } from './calibrate.ts';
import { logitOfRoughness, predictionsOf } from './class-targets.ts';
import type { Prediction } from './class-targets.ts';
import type { LabelledImage } from './dataset/dataset.ts';
import { withWeights } from './device-weights.ts';
import type { FineTuneOptions, FineTuneResult } from './fine-tune-options.ts';
import { fingerprintOf } from './fine-tune-options.ts';
import type { Learner } from './learner.ts';
import { likenessAfter } from './likeness-after.ts';
import { metricsOf, scoreOf } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { randomStream, shuffled } from './random.ts';
import { linearDecay, totalSteps } from './schedule.ts';
import type { EpochReport, StepReport, TrainerState } from './trainer-state.ts';
import { trainedNames } from './vit-shape.ts';
import type { NamedTensors } from './vit-shape.ts';

/** What a run works with; its maker disposes it. */
export interface Devices {
  weights: NamedTensors;
  learner: Learner;
  optimizer: Optimizer;
}

/** Ends the loop: numbers are lost, but an epoch is kept. */
class Diverged extends Error {}

/** One run: epochs of steps, each epoch judged, the best one kept. */
export class TrainingRun {
  private readonly train: LabelledImage[];
  private readonly validation: LabelledImage[];
  private readonly trained: string[];
  private readonly stepsPerEpoch: number;
  private state: Omit<TrainerState, 'weights' | 'optimizer'>;
  private savedAt = performance.now();
  private yieldedAt = performance.now();
  private startedAt = performance.now();

  constructor(
    private readonly options: FineTuneOptions,
    private readonly devices: Devices,
  ) {
    const { dataset, settings, checkpoint } = options;
    this.train = dataset.images.filter(({ split }) => split === 'train');
    this.validation = dataset.images.filter(({ split }) => split === 'validation');
    this.trained = trainedNames(checkpoint.config, settings).filter(
      (name) => devices.weights[name],
    );
    this.stepsPerEpoch = Math.ceil(this.train.length / settings.batchSize);
    this.state = this.start(options.resume ?? null);
  }

  private start(resume: TrainerState | null): TrainingRun['state'] {
    const fingerprint = fingerprintOf(this.options);
    if (!resume) {
      const { settings } = this.options;
      return {
        fingerprint,
        settings,
        epoch: 0,
        stepInEpoch: 0,
        lossSum: 0,
        lossCount: 0,
        seconds: 0,
        best: null,
        epochs: [],
        steps: [],
      };
    }
    if (resume.fingerprint !== fingerprint) {
      throw new UserError(
        'The stored run was of another model, other data or other settings. Start anew, or go back to those.',
      );
    }
    const { weights } = this.devices;
    for (const [name, data] of Object.entries(resume.weights)) {
      const old = weights[name]!;
      weights[name] = tf.tensor(data, old.shape);
      old.dispose();
    }
    this.devices.optimizer.restore(resume.optimizer);
    const { weights: _weights, optimizer: _optimizer, ...rest } = resume;
    return { ...rest, epochs: [...rest.epochs], steps: [...rest.steps] };
  }

  async finish(): Promise<FineTuneResult> {
    const { settings, onProgress } = this.options;
    const all = [...this.train, ...this.validation];
    await this.devices.learner.prepare(all, (done) =>
      onProgress?.({ stage: 'features', done, total: all.length }),
    );
    let diverged: string | null = null;
    try {
      while (this.state.epoch < settings.epochs) await this.runEpoch();
    } catch (error) {
      if (error instanceof Diverged) diverged = error.message;
      else {
        if (this.options.signal?.aborted) await this.save();
        throw error;
      }
    }
    return this.conclude(diverged);
  }

  private async runEpoch(): Promise<void> {
    const { settings } = this.options;
    const order = shuffled(this.train, randomStream(settings.seed, this.state.epoch));
    while (this.state.stepInEpoch < this.stepsPerEpoch) {
      await this.mayGoOn();
      const from = this.state.stepInEpoch * settings.batchSize;
      await this.step(order.slice(from, from + settings.batchSize));
    }
    await this.mayGoOn();
    await this.endEpoch();
  }

  private async step(batch: LabelledImage[]): Promise<void> {
    const { state, devices } = this;
    const { settings, onProgress } = this.options;
    const started = performance.now();
    const epoch = state.epoch + 1;
    const total = totalSteps(this.train.length, settings.batchSize, settings.epochs);
    const learningRate = linearDecay(settings.learningRate, devices.optimizer.step, total);
    const { loss, logits, gradients } = await devices.learner.gradients(batch, state.epoch);
    const norm = devices.optimizer.update(devices.weights, gradients, learningRate);
    const report: StepReport = {
      epoch,
      step: devices.optimizer.step,
      loss: (await loss.data())[0]!,
      gradNorm: (await norm.data())[0]!,
      learningRate,
    };
    tf.dispose([loss, logits, norm, gradients]);
    if (!Number.isFinite(report.loss) || !Number.isFinite(report.gradNorm)) this.diverge(report);
    state.stepInEpoch += 1;
    state.lossSum += report.loss * batch.length;
    state.lossCount += batch.length;
    state.steps.push(report);
    const imagesPerSecond = batch.length / ((performance.now() - started) / 1000);
    onProgress?.({ stage: 'step', report, total, imagesPerSecond });
  }

  private diverge({ epoch, step }: StepReport): never {
    const { settings } = this.options;
    const line = `The loss was lost (not a number) in epoch ${epoch}, step ${step}: the learning rate ${settings.learningRate} is too high for this model.`;
    const { best } = this.state;
    if (!best) throw new UserError(`${line} Try a third of it.`);
    throw new Diverged(`${line} The best epoch, ${best.epoch}, is kept.`);
  }

  private async endEpoch(): Promise<void> {
    const { state } = this;
    const { settings, onProgress } = this.options;
    onProgress?.({ stage: 'evaluate', epoch: state.epoch + 1 });
    const { metrics, loss } = await this.evaluate();
    const score = scoreOf(settings.bestBy, metrics, loss);
    // As Trainer: an epoch replaces the best only where it is better, not where it is as good.
    const best = state.best === null || score > state.best.score;
    state.epoch += 1;
    const report: EpochReport = {
      ...metrics,
      epoch: state.epoch,
      step: this.devices.optimizer.step,
      trainLoss: state.lossSum / state.lossCount,
      validationLoss: loss,
      learningRate: state.steps.at(-1)!.learningRate,
      best,
      seconds: this.elapsed(),
    };
    if (best) {
      state.best = { epoch: state.epoch, score, weights: await download(this.trainedTensors()) };
    }
    state.epochs.push(report);
    Object.assign(state, { stepInEpoch: 0, lossSum: 0, lossCount: 0 });
    const oneSecondAgo = performance.now() - 1000;
    // Epochs of the head take milliseconds; storing each would take longer than the training.
    if (settings.mode === 'full' || this.savedAt < oneSecondAgo) await this.save();
    onProgress?.({ stage: 'epoch', report });
  }

  private async evaluate(): Promise<{
    metrics: Metrics;
    loss: number;
    predictions: Prediction[];
    logits: Float32Array;
  }> {
    const { labels } = this.options.checkpoint.config;
    const logits = await this.devices.learner.logits(this.validation);
    const predictions = predictionsOf(this.validation, logits, labels);
    const metrics = metricsOf(
      predictions.map(({ truth }) => truth),
      predictions.map(({ predicted }) => predicted),
    );
    const loss = predictions.reduce((sum, one) => sum + one.loss, 0) / predictions.length;
    return { metrics, loss, predictions, logits };
  }

  private async conclude(diverged: string | null): Promise<FineTuneResult> {
    const { state, devices, options } = this;
    const best = state.best!;
    for (const [name, data] of Object.entries(best.weights)) {
      const old = devices.weights[name]!;
      devices.weights[name] = tf.tensor(data, old.shape);
      old.dispose();
    }
    const { metrics, predictions, logits } = await this.evaluate();
    const { config, upwind } = options.checkpoint;
    const classes = logitOfRoughness(config.labels);
    const truth = predictions.map((one) => classes[ROUGHNESS.indexOf(one.truth)]!);
    const features = await devices.learner.features(this.train);
    return {
      checkpoint: withWeights(options.checkpoint, best.weights),
      calibration: calibrate(logits, truth, upwind.confidence_floor ?? undefined),
      likeness: likenessAfter(upwind.likeness ?? null, features),
      metrics,
      bestEpoch: best.epoch,
      epochs: state.epochs,
      steps: state.steps,
      predictions,
      diverged,
      seconds: this.elapsed(),
    };
  }

  /** Between two steps: hears a cancel or a pause, stores the state when it is time. */
  private async mayGoOn(): Promise<void> {
    const { signal, control, onProgress, saveState, saveEverySeconds = 60 } = this.options;
    if (performance.now() - this.yieldedAt > 30) {
      // On wasm a step never leaves the thread: without this no message would be heard.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.yieldedAt = performance.now();
    }
    signal?.throwIfAborted();
    if (control?.paused) {
      await this.save();
      onProgress?.({ stage: 'paused' });
      const from = performance.now();
      await control.untilRunning(signal);
      this.startedAt += performance.now() - from;
    } else if (saveState && performance.now() - this.savedAt > saveEverySeconds * 1000) {
      await this.save();
    }
  }

  private async save(): Promise<void> {
    if (!this.options.saveState) return;
    const { devices, state } = this;
    await this.options.saveState({
      ...state,
      seconds: this.elapsed(),
      epochs: [...state.epochs],
      steps: [...state.steps],
      weights: await download(this.trainedTensors()),
      optimizer: await devices.optimizer.state(),
    });
    this.savedAt = performance.now();
  }

  private trainedTensors(): NamedTensors {
    return Object.fromEntries(this.trained.map((name) => [name, this.devices.weights[name]!]));
  }

  private elapsed(): number {
    const now = performance.now();
    this.state.seconds += (now - this.startedAt) / 1000;
    this.startedAt = now;
    return this.state.seconds;
  }
}
