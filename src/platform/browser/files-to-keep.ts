import { checkpointPaths } from '../../checkpoint/read-checkpoint.ts';
import { isZip, pathOf } from './dropped-files.ts';

/**
 * The files of a chosen model that are worth keeping, by path: a zip as it is, or what makes up the
 * checkpoint.
 * @throws UserError where it is no checkpoint folder
 */
export function filesToKeep(files: readonly File[], name: string): Map<string, File> {
  const byPath = new Map(files.map((file) => [pathOf(file), file]));
  if (isZip(files)) return byPath;
  const listed = files.map((file) => ({ path: pathOf(file), size: file.size }));
  return new Map(checkpointPaths(listed, name).map((path) => [path, byPath.get(path)!]));
}
