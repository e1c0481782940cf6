/**
 * Roughness that a class name stands for: `RoughnessB`, `B`, `roughness_b`, `Surface roughness B`,
 * `Category B`. Null for any other name, such as an ImageNet class.
 */
export function roughnessOfLabel(label: string): 'B' | 'C' | 'D' | null {
  const letters = label.toLowerCase().replace(/[^a-z0-9]/g, '');
  const match = /^(?:surface)?(?:roughness)?(?:category|class)?([bcd])$/.exec(letters);
  return match ? (match[1]!.toUpperCase() as 'B' | 'C' | 'D') : null;
}

/** Class names of a fresh head, as the tutorial's dataset has them. */
export const ROUGHNESS_LABELS = ['RoughnessB', 'RoughnessC', 'RoughnessD'] as const;

/** True where every category has a class, which the analysis of a site needs. */
export function hasRoughnessLabels(labels: readonly string[]): boolean {
  const found = new Set(labels.map(roughnessOfLabel));
  return (['B', 'C', 'D'] as const).every((category) => found.has(category));
}
