/** One way to compute a model. */
export interface Contender {
  name: string;
  /** The batches it is asked for, in that order. */
  create(batch: number): Promise<Runner>;
}

export interface Runner {
  /** @returns logits [batch, labels] */
  run(): Promise<ArrayLike<number>>;
  /** Time that the last run took to record its commands [ms]; absent where it cannot be seen. */
  recordMs?(): number;
  /** GPU memory held [bytes]; absent where it cannot be seen. */
  gpuBytes?(): number;
  dispose(): void | Promise<void>;
}

export interface Timing {
  batch: number;
  medianMs: number;
  imagesPerSecond: number;
  /** Processor time of the process, software adapters included [ms]; absent in a page. */
  cpuMs?: number;
  recordMs?: number;
  gpuBytes?: number;
  /** Largest difference of a logit from the reference's, relative to its largest logit. */
  difference: number;
}

export interface Standing {
  name: string;
  timings: Timing[];
  /** Why no speed is told: wrong numbers, or it did not run. */
  fault?: string;
}

export interface ContestOptions {
  batches: number[];
  runs: number;
  /** Logits that everyone must reach. */
  reference: (batch: number) => Promise<ArrayLike<number>>;
  say?: (line: string) => void;
}

/** Differences of logits, relative to the largest, that half precision and rounding explain. */
const TOLERANCE = 3e-3;

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** As `relativeDifference`, of the logits of one batch. */
export function relativeDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity;
  let [worst, scale] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(found[i]! - wanted[i]!);
    if (!(off <= worst)) worst = off;
    scale = Math.max(scale, Math.abs(wanted[i]!));
  }
  return worst / scale;
}

/** Processor time of this process [ms]; null in a page. */
function processorMs(): number | null {
  const usage = (globalThis as { process?: NodeJS.Process }).process?.cpuUsage?.();
  return usage ? (usage.user + usage.system) / 1000 : null;
}

/** Engines compile wasm once more, better, after it has run for a while [ms]. */
const WARM_MS = 1500;

/** Runs until the code is warm; at least once. */
async function warmUp(runner: Runner): Promise<ArrayLike<number>> {
  const start = performance.now();
  let logits;
  do logits = await runner.run();
  while (performance.now() - start < WARM_MS);
  return logits;
}

/**
 * Runs every contender on every batch. It warms up and is checked against the reference:
 * who computes something else is told so and gets no time. Then they run in turn, so that a machine
 * that slows down slows all.
 */
export async function runContest(
  contenders: Contender[],
  { batches, runs, reference, say = () => {} }: ContestOptions,
): Promise<Standing[]> {
  const standings: Standing[] = contenders.map(({ name }) => ({ name, timings: [] }));
  for (const batch of batches) {
    const wanted = await reference(batch);
    const fit: {
      runner: Runner;
      standing: Standing;
      ms: number[];
      cpu: number[];
      record: number[];
      off: number;
    }[] = [];
    for (const [i, contender] of contenders.entries()) {
      const standing = standings[i]!;
      if (standing.fault) continue;
      say(`batch ${batch}: ${contender.name} warms up`);
      try {
        const runner = await contender.create(batch);
        const off = relativeDifference(await warmUp(runner), wanted);
        if (off <= TOLERANCE) fit.push({ runner, standing, ms: [], cpu: [], record: [], off });
        else {
          standing.fault = `wrong logits at batch ${batch}: off by ${off.toExponential(1)} of the largest`;
          await runner.dispose();
        }
      } catch (error) {
        standing.fault = `did not run: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    for (let run = 0; run < runs; run++) {
      say(`batch ${batch}: round ${run + 1} of ${runs}`);
      for (const { runner, ms, cpu, record } of fit) {
        const [start, before] = [performance.now(), processorMs()];
        await runner.run();
        ms.push(performance.now() - start);
        if (before !== null) cpu.push(processorMs()! - before);
        if (runner.recordMs) record.push(runner.recordMs());
      }
    }
    for (const { runner, standing, ms, cpu, record, off } of fit) {
      const medianMs = median(ms);
      standing.timings.push({
        batch,
        medianMs,
        imagesPerSecond: (1000 * batch) / medianMs,
        ...(cpu.length > 0 ? { cpuMs: median(cpu) } : {}),
        ...(record.length > 0 ? { recordMs: median(record) } : {}),
        ...(runner.gpuBytes ? { gpuBytes: runner.gpuBytes() } : {}),
        difference: off,
      });
      await runner.dispose();
    }
  }
  return standings;
}

/** Images a second at the best batch, or null where there is no speed to tell. */
export const best = ({ timings, fault }: Standing): number | null =>
  fault || timings.length === 0 ? null : Math.max(...timings.map((one) => one.imagesPerSecond));
