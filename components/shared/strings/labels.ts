/** What the label board says. Keys start with `labels.`. */
export const labelStrings = {
  'labels.title': 'Labels',
  'labels.unavailable': 'The label board is not part of this build.',
} as const;
