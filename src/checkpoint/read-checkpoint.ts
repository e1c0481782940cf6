import { UserError } from '../site/user-error.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseVitConfig } from './config.ts';
import type { CheckpointFile, CheckpointFiles } from './file-set.ts';
import { freshHead } from './fresh-head.ts';
import { ROUGHNESS_LABELS } from './labels.ts';
import { checkLikeness } from './likeness.ts';
import type { NamedTensor } from './named-tensor.ts';
import { decodeJson } from './parse-json.ts';
import { parsePreprocessorConfig } from './preprocessor-config.ts';
import { readWeights } from './read-weights.ts';
import { presetTileM } from './tile-presets.ts';
import { parseUpwindJson } from './upwind-json.ts';
import { checkVitTensors, vitShapes, withVitPrefix } from './vit-tensors.ts';
import { withLabels } from './config.ts';

/** How far a checkpoint has been read. */
export interface CheckpointProgress {
  stage: 'list' | 'read' | 'check';
  /** File being read; empty otherwise. */
  file: string;
  /** Bytes of all files that are read. */
  loaded: number;
  total: number;
}

export interface ReadCheckpointOptions {
  signal?: AbortSignal;
  onProgress?: (progress: CheckpointProgress) => void;
  /** Seed of the fresh head that a backbone without one gets. */
  seed?: number;
}

/** Files of a checkpoint that are read, apart from the weights. */
const DOCUMENTS = ['config.json', 'preprocessor_config.json', 'upwind.json'];

/**
 * Reads a Hugging Face ViT folder: config, preprocessor config, weights, and `upwind.json` where
 * there is one. A backbone without a head gets a fresh one for B, C and D and is not `trained`; a
 * classifier of other things loads as it is.
 * @throws UserError in one line: what is missing, damaged or not supported, and what to do
 */
export async function readCheckpoint(
  files: CheckpointFiles,
  { signal, onProgress, seed = 42 }: ReadCheckpointOptions = {},
): Promise<Checkpoint> {
  signal?.throwIfAborted();
  onProgress?.({ stage: 'list', file: '', loaded: 0, total: 0 });
  const folder = findFolder(await files.list({ signal }), files.name);
  const documents = DOCUMENTS.filter((name) => folder.has(name));
  const weights = weightNames(folder, files.name);
  const total = [...documents, ...weights].reduce((sum, name) => sum + folder.get(name)!.size, 0);
  let before = 0;
  const read = async (name: string) => {
    signal?.throwIfAborted();
    const file = folder.get(name);
    if (!file) throw new UserError(`${files.name} has no ${name}, which its index names.`);
    const progress = (loaded: number) =>
      onProgress?.({ stage: 'read', file: name, loaded: before + loaded, total });
    progress(0);
    const bytes = await files.read(file.path, { signal, onProgress: progress });
    before += file.size;
    return bytes;
  };

  const json = async (name: string) => decodeJson(await read(name), name);
  const config = parseVitConfig(await json('config.json'));
  const preprocessor = parsePreprocessorConfig(
    await json('preprocessor_config.json'),
    config.imageSize,
  );
  const upwind = folder.has('upwind.json')
    ? parseUpwindJson(await json('upwind.json'))
    : { schema: 1 as const };
  checkLikeness(upwind.likeness, config.hiddenSize);
  const { tensors, sha256 } = await readWeights({ names: weights, folder, read, signal });
  onProgress?.({ stage: 'check', file: '', loaded: total, total });

  const named = withVitPrefix(tensors);
  const headed = named.has('classifier.weight');
  const full = headed ? config : withLabels(config, [...ROUGHNESS_LABELS]);
  const all: Map<string, NamedTensor> = headed
    ? named
    : new Map([...named, ...freshHead(full, seed)]);
  return {
    id: files.name,
    config: full,
    preprocessor,
    upwind: { ...upwind, tile_m: upwind.tile_m ?? presetTileM(files.name) },
    tensors: checkVitTensors(all, vitShapes(full), weights[0]!),
    sha256,
    trained: headed && upwind.trained !== false,
  };
}

/**
 * The part of a folder that makes a checkpoint, for whoever copies one: documents, model card and
 * weights, by path. Training states, logs and pickles stay behind.
 * @throws UserError where it is no checkpoint folder
 */
export function checkpointPaths(files: CheckpointFile[], name: string): string[] {
  return [...findFolder(files, name)]
    .filter(
      ([file]) =>
        /^(README\.md|.*\.safetensors(\.index\.json)?)$/i.test(file) || DOCUMENTS.includes(file),
    )
    .map(([, { path }]) => path);
}

/**
 * Files beside the shallowest `config.json`, by name: archives and dropped folders have a folder
 * above, and a training run has checkpoints below.
 */
function findFolder(files: CheckpointFile[], name: string): Map<string, CheckpointFile> {
  const depth = (path: string) => path.split('/').length;
  const configs = files
    .filter(({ path }) => /(^|\/)config\.json$/.test(path))
    .sort((a, b) => depth(a.path) - depth(b.path));
  const [first, second] = configs;
  if (!first) {
    throw new UserError(
      `${name} has no config.json. Choose a Hugging Face model folder: config.json, preprocessor_config.json, model.safetensors.`,
    );
  }
  if (second && depth(second.path) === depth(first.path)) {
    throw new UserError(
      `${name} holds several models (${first.path}, ${second.path}…). Choose the folder of one.`,
    );
  }
  const base = first.path.slice(0, -'config.json'.length);
  const beside = files.filter(
    ({ path }) => path.startsWith(base) && !path.slice(base.length).includes('/'),
  );
  const folder = new Map(beside.map((file) => [file.path.slice(base.length), file]));
  if (!folder.has('preprocessor_config.json')) {
    throw new UserError(
      `${name} has no preprocessor_config.json, which says how pictures are prepared. Save the model with its image processor.`,
    );
  }
  return folder;
}

/** Names of the weight files: `model.safetensors`, or the index of its shards. */
function weightNames(folder: ReadonlyMap<string, CheckpointFile>, name: string): string[] {
  for (const known of ['model.safetensors', 'model.safetensors.index.json']) {
    if (folder.has(known)) return [known];
  }
  const names = [...folder.keys()];
  const pickle = names.find((file) => /\.(bin|pt|pth|pkl|pickle|ckpt)$/i.test(file));
  if (pickle) {
    throw new UserError(
      `${name} has its weights as ${pickle}, a pickle file, which can run any program when it is opened. Save the model again as model.safetensors (save_pretrained(…, safe_serialization=True)).`,
    );
  }
  const other = names.find((file) => /\.(h5|msgpack|onnx|safetensors)$/i.test(file));
  throw new UserError(
    `${name} has no model.safetensors${other ? ` (only ${other})` : ''}. Save the model with save_pretrained.`,
  );
}
