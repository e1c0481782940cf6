import { UserError } from '../site/user-error.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

/** Numbers that tell the colour and texture of a picture: `pictureStatistics` in `src/vit`. */
export const PICTURE_STATISTICS = 16;

const rows = z.array(z.array(z.number())).min(1);

/**
 * What the pictures that a model learned from look like, so that one unlike them is marked.
 *
 * `features`: directions of the CLS feature, [n, hiddenSize], of any length; a picture whose cosine
 * distance to the nearest exceeds the threshold shows ground of another kind. `picture`: colour and
 * texture; a Mahalanobis distance beyond the threshold tells a drawn map, a blank or a notice from a
 * photograph, which the model's own features do not.
 */
export const likenessSchema = z.object({
  features: z.object({ prototypes: rows, threshold: z.number().positive() }).nullish(),
  picture: z
    .object({ mean: z.array(z.number()), precision: rows, threshold: z.number().positive() })
    .nullish(),
});
export type Likeness = Infer<typeof likenessSchema>;

/** @throws UserError where the numbers are not those of a model with this width */
export function checkLikeness(likeness: Likeness | null | undefined, hiddenSize: number): void {
  const square = (matrix: number[][], length: number) =>
    matrix.every((row) => row.length === length);
  const wrong = (what: string) =>
    new UserError(
      `upwind.json: ${what}. It belongs to another model: delete likeness from it, and no tile is marked as unlike the training pictures.`,
    );
  if (likeness?.features && !square(likeness.features.prototypes, hiddenSize)) {
    throw wrong(
      `likeness.features.prototypes must be rows of ${hiddenSize} numbers, the model's hidden_size`,
    );
  }
  const picture = likeness?.picture;
  const n = PICTURE_STATISTICS;
  if (
    picture &&
    (picture.mean.length !== n || picture.precision.length !== n || !square(picture.precision, n))
  ) {
    throw wrong(`likeness.picture must hold ${n} means and ${n} × ${n} numbers`);
  }
}
