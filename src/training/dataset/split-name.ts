import type { Split } from './dataset.ts';

/** Names under which Hugging Face datasets finds splits, whole words of a folder or file name. */
const KEYWORDS: Record<string, Split> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** Split that a folder or file name stands for; null for any other. */
export function splitOfName(name: string): Split | null {
  for (const word of name.toLowerCase().split(/[^a-z]+/)) {
    const split = KEYWORDS[word];
    if (split) return split;
  }
  return null;
}
