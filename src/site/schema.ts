import {
  array,
  boolean,
  config,
  enum as oneOf,
  iso,
  literal,
  locales,
  looseObject,
  number,
  object,
  record,
  string,
  tuple,
  union,
  unknown,
} from 'zod';

// Zod tries `new Function` to compile its schemas. A strict content security policy reports the
// attempt even though Zod does without; nothing here is parsed so often that it would matter.
// Its words are named, since a bundler may leave out the module that sets them.
config({ jitless: true, ...locales.en() });

/** What is used of Zod by name: the whole of it, all its languages included, is 90 kB in a page. */
export const z = {
  array,
  boolean,
  enum: oneOf,
  iso,
  literal,
  looseObject,
  number,
  object,
  record,
  string,
  tuple,
  union,
  unknown,
};
export type { infer as Infer, ZodObject, ZodType } from 'zod';
