import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../site/user-error.ts';
import { decodeTrainerState, encodeTrainerState } from '../training/trainer-state.ts';
import type { TrainerState } from '../training/trainer-state.ts';
import { say } from './io.ts';

/** The folder that a run writes: its state while it goes on, the checkpoint at the end. */
export class TrainOut {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get #state(): string {
    return join(this.folder, '.training', 'state.safetensors');
  }

  get hasState(): boolean {
    return existsSync(this.#state);
  }

  /**
   * What a stopped run left to go on from; null to start at the beginning.
   * @throws UserError where the run is finished
   */
  async storedRun(resume: boolean): Promise<TrainerState | null> {
    const path = this.#state;
    if (!resume) {
      if (existsSync(path)) say(`A stopped run in ${this.folder} makes room for this one.`);
      return null;
    }
    if (existsSync(path)) return decodeTrainerState(new Uint8Array(await readFile(path)), path);
    if (existsSync(join(this.folder, 'model.safetensors'))) {
      throw new UserError(
        `The run in ${this.folder} is finished. Leave out --resume to train anew, or give another --out.`,
      );
    }
    say(`No stored run in ${this.folder}: starting from the beginning.`);
    return null;
  }

  /**
   * Makes the folder. Nothing is made where the run is refused before.
   * @throws UserError where it cannot be, or is that of the model the run starts from
   */
  async make(base: string): Promise<void> {
    const { folder } = this;
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw new UserError(
        `--out ${folder} is a file. Give a folder; it is made where there is none.`,
      );
    }
    if (existsSync(folder) && existsSync(base)) {
      const [out, from] = await Promise.all([realpath(folder), realpath(base)]);
      if (out === from) {
        throw new UserError(
          `--out is the folder of --base, whose model would be gone. Give another folder.`,
        );
      }
    }
    try {
      await mkdir(join(folder, '.training'), { recursive: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UserError(
        `--out ${resolve(folder)} cannot be made (${code}). Give another folder.`,
      );
    }
  }

  saveState(state: TrainerState): Promise<void> {
    return writeWhole(this.#state, encodeTrainerState(state));
  }

  /** Writes the checkpoint; the state has done its duty. */
  async finish(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const [name, bytes] of files) await writeWhole(join(this.folder, name), bytes);
    await rm(join(this.folder, '.training'), { recursive: true, force: true });
  }
}

/** Whole or not at all: a run that is killed while it writes leaves the file before. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
