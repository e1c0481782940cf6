/** What the training panel says. Keys start with `train.`. */
export const trainStrings = {
  'train.title': 'Train',
  'train.unavailable': 'The training panel is not part of this build.',
} as const;
