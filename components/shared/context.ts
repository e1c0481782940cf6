import { createContext } from '@lit/context';
import type { Session } from './session.ts';

/** The session that the elements inside share. */
export const sessionContext = createContext<Session>(Symbol.for('upwind-session'));
