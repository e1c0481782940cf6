import { roughnessOfLabel } from '../../checkpoint/labels.ts';
import { ROUGHNESS } from '../../roughness/category.ts';
import type { Roughness } from '../../roughness/category.ts';
import { UserError } from '../../site/user-error.ts';

/** Class names of a dataset that say nothing of roughness: somebody must say what they are. */
export class UnknownClasses extends UserError {
  override name = 'UnknownClasses';
  constructor(readonly classNames: string[]) {
    super(
      `Which roughness is ${classNames.map((name) => `"${name}"`).join(', ')}? Give B, C or D for each, such as ${classNames[0]}=B.`,
    );
  }
}

export interface ClassMapOptions {
  /** What the person said: class name → category. Comes first. */
  given?: Readonly<Record<string, Roughness>>;
  /** Class names of a model in logit order, for a dataset whose classes are numbers. */
  modelLabels?: readonly string[];
}

/**
 * Category of each class name: as given, by name (`RoughnessB`, `B`), or by number, which counts
 * in the model's labels where those are categories and else 0, 1, 2 for B, C, D.
 * @throws UnknownClasses naming those that nothing tells
 */
export function mapClasses(
  classNames: readonly string[],
  { given = {}, modelLabels = [] }: ClassMapOptions = {},
): Map<string, Roughness> {
  const ofModel = modelLabels.map(roughnessOfLabel);
  const numbers = ofModel.length > 0 && ofModel.every((label) => label) ? ofModel : ROUGHNESS;
  const judge = (name: string): Roughness | null =>
    given[name] ??
    roughnessOfLabel(name) ??
    (/^\d+$/.test(name) ? (numbers[Number(name)] ?? null) : null);
  const unknown = classNames.filter((name) => !judge(name));
  if (unknown.length > 0) throw new UnknownClasses(unknown);
  return new Map(classNames.map((name) => [name, judge(name)!]));
}

/**
 * Reads `urban=B,water=D`.
 * @throws UserError naming the part that does not fit
 */
export function parseClassMap(text: string): Record<string, Roughness> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name, letter] = part.split('=').map((word) => word.trim());
      const label = ROUGHNESS.find((r) => r === letter?.toUpperCase());
      if (!name || !label) {
        throw new UserError(`"${part}" is no class map; write it as urban=B,grass=C,water=D.`);
      }
      return [name, label];
    }),
  );
}
