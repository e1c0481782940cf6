/**
 * Something the person using Upwind can put right: bad input, an unreachable server, a damaged
 * file. The message is one line that says what is wrong and what to do. The command line prints
 * it and exits 2; the page shows it as is. Any other error is a defect.
 */
export class UserError extends Error {
  override name = 'UserError';
}
