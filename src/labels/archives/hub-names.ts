import { UserError } from '../../site/user-error.ts';

/**
 * What is no name of a dataset, or no token, never reaches the network.
 * @param token null where none is needed
 * @throws UserError
 */
export function assertHubNames(repo: string, token: string | null): void {
  if (!/^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(repo)) {
    throw new UserError(`${repo || 'Nothing'} is no dataset name: write it as name/dataset.`);
  }
  if (token !== null && !/^hf_\w{8,}$/.test(token)) {
    throw new UserError('That is no Hub token: it begins with hf_. Make one with write access.');
  }
}
