import type { SessionOptions } from './create-session.ts';
import type { Session } from './session.ts';

type SessionMaker = (options?: SessionOptions) => Session;

let make: SessionMaker | null = null;

/** Lets elements that stand alone make a session; the app, which has one, leaves this out. */
export function provideSessions(maker: SessionMaker): void {
  make = maker;
}

/** A session of an element's own; null in the app. */
export const ownSession = (options?: SessionOptions): Session | null => make?.(options) ?? null;
