import type { LabelChoice } from '../../src/labels/label.ts';

/** Keys that label a tile. */
export const LABEL_KEYS: Record<LabelChoice, string> = {
  B: 'B',
  C: 'C',
  D: 'D',
  unsure: '?',
  unusable: 'X',
};

/** What a key press asks of the labels; null where it asks nothing. */
export type LabelCommand =
  | { do: 'label'; choice: LabelChoice }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'skip' }
  | { do: 'accept' };

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/**
 * B, C, D, ? and X label; Ctrl or ⌘ with Z undoes, with Shift-Z or Y redoes; S skips.
 * Enter takes what is preselected, if anything is.
 * Shift is not asked about for `?`: where it sits differs from keyboard to keyboard.
 */
export function commandOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Key): LabelCommand | null {
  const letter = key.length === 1 ? key.toLowerCase() : key;
  if (ctrlKey || metaKey) {
    if (altKey) return null;
    if (letter === 'z') return { do: shiftKey ? 'redo' : 'undo' };
    return letter === 'y' && !shiftKey ? { do: 'redo' } : null;
  }
  if (altKey) return null;
  if (letter === 's') return { do: 'skip' };
  if (key === 'Enter') return { do: 'accept' };
  for (const [choice, own] of Object.entries(LABEL_KEYS)) {
    if (own.toLowerCase() === letter) return { do: 'label', choice: choice as LabelChoice };
  }
  return null;
}

/** True where keys are text: they belong to the field, and Ctrl+Z to its own undo. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** True where Enter and Space already mean something: buttons, links, tabs, summaries. */
export function isOnControl(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest('button, a, summary, input, [role]') !== null;
}
