import { UserError } from '../site/user-error.ts';
import type { Infer, ZodType } from '../site/schema.ts';

/** Bytes as JSON. @throws UserError */
export function decodeJson(bytes: Uint8Array, fileName: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UserError(`${fileName} is not valid JSON. Copy or download it again.`);
  }
}

/** A value that fits a schema, or one line that names the first field that does not. */
export function parseWith<T extends ZodType>(
  schema: T,
  value: unknown,
  fileName: string,
): Infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'the document';
  throw new UserError(`${fileName}: ${field} does not fit – ${issue?.message ?? 'invalid'}.`);
}
