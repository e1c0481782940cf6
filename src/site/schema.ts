import { z as zod } from 'zod';

// Zod tries `new Function` to compile its schemas. A strict content security policy reports the
// attempt even though Zod does without; nothing here is parsed so often that it would matter.
zod.config({ jitless: true });

export const z: typeof zod = zod;
export type { infer as Infer, ZodObject, ZodType } from 'zod';
