import { inSeededOrder } from '../../labels/seeded-order.ts';
import { ROUGHNESS } from '../../roughness/category.ts';
import type { Roughness } from '../../roughness/category.ts';

interface Splittable {
  id: string;
  label: Roughness;
  group: string | null;
}

/**
 * Chooses which pictures to hold back for validation, seeded and stratified: about `share` of each
 * category, and never some pictures of a group without the rest. Groups go in seeded order, each
 * to the side where it serves the balance; a category with one group only stays in training.
 * @returns ids to hold back
 */
export function chooseValidation(
  images: readonly Splittable[],
  { seed, share }: { seed: number; share: number },
): Set<string> {
  const groups = new Map<string, Splittable[]>();
  for (const image of images) {
    const key = image.group === null ? `image ${image.id}` : `group ${image.group}`;
    groups.set(key, [...(groups.get(key) ?? []), image]);
  }
  const count = (list: readonly Splittable[], label: Roughness) =>
    list.filter((image) => image.label === label).length;
  const wanted = ROUGHNESS.map((label) => count(images, label) * share);
  const held = ROUGHNESS.map(() => 0);
  const left = ROUGHNESS.map((label) => count(images, label));
  const chosen = new Set<string>();
  for (const [, members] of inSeededOrder([...groups], seed, ([key]) => key)) {
    const adds = ROUGHNESS.map((label) => count(members, label));
    const miss = (with_: number) =>
      held.reduce(
        (sum, n, c) => sum + (n + with_ * adds[c]! - wanted[c]!) ** 2 / (wanted[c]! || 1),
        0,
      );
    // A category never loses its last two pictures: training could not show what it looks like.
    const leaves = adds.every((n, c) => n === 0 || left[c]! - n >= 2);
    if (!leaves || miss(1) >= miss(0)) continue;
    adds.forEach((n, c) => {
      held[c]! += n;
      left[c]! -= n;
    });
    for (const { id } of members) chosen.add(id);
  }
  return chosen;
}
