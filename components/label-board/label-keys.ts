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
    return !['checkbox', 'radio', 'button', 'range', 'file'].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** True where Enter and Space already mean something: buttons, links, tabs, summaries. */
export function isOnControl(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest('button, a, summary, input, [role]') !== null;
}

/** What a key press is about; null where it is nothing of the labels'. */
export interface Aim {
  command: LabelCommand;
  /** Tiles on the map that it labels; null where the queue, or undo and redo, take it. */
  tileIds: readonly string[] | null;
}

interface OnMap {
  tileId: string | null;
  hotTileId: string | null;
  markedTileIds: readonly string[];
}

/**
 * Undo and redo are everywhere. Keys pressed on the map are about its marked tiles, or the one under
 * its cursor; elsewhere they are the queue's while that is open, and else about the tile that is open.
 */
export function aimOf(
  event: KeyboardEvent,
  { tileId, hotTileId, markedTileIds }: OnMap,
  queueIsOpen: boolean,
): Aim | null {
  if (event.defaultPrevented || isTyping(event)) return null;
  const command = commandOf(event);
  if (!command || (command.do === 'accept' && isOnControl(event))) return null;
  if (command.do === 'undo' || command.do === 'redo') return { command, tileIds: null };
  const onMap = event.composedPath().some(isMap);
  if (!onMap && queueIsOpen) return { command, tileIds: null };
  if (command.do !== 'label') return null;
  const one = (onMap ? hotTileId : null) ?? tileId;
  const tileIds = markedTileIds.length > 0 ? markedTileIds : one ? [one] : [];
  return tileIds.length > 0 ? { command, tileIds } : null;
}

/** A map of ours, or what walks over the tiles of a host's map. */
const isMap = (node: EventTarget): boolean =>
  node instanceof Element && node.matches('upwind-map, [data-upwind-tiles]');
