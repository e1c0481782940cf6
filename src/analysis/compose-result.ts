import type { Assessment } from '../exposure/assess-site.ts';
import { SOFTWARE_VERSION } from '../site/version.ts';
import type { AnalysePorts, AnalysisPlan } from './analyse-request.ts';
import { siteResultSchema } from './site-result.ts';
import type { Override, Refinement, SiteResult, TileResult } from './site-result.ts';
import { warningsOf } from './warnings.ts';

export interface ResultParts {
  tiles: TileResult[];
  assessment: Assessment;
  overrides: Override[];
  refinement?: Refinement;
}

/** Puts the answer together and checks it against its own schema on the way out. */
export function composeResult(
  { site, siteName, heightFt, settings, tileMAssumed }: AnalysisPlan,
  { source, classifier }: Pick<AnalysePorts, 'source' | 'classifier'>,
  { tiles, assessment, overrides, refinement }: ResultParts,
): SiteResult {
  const { model } = classifier;
  const { name, detail, rejected } = classifier.backend;
  const result: SiteResult = {
    schema: 'upwind.site-result',
    version: 1,
    software: { name: 'upwind', version: SOFTWARE_VERSION },
    site: { ...site, name: siteName, heightFt },
    settings,
    imagery: {
      id: source.id,
      name: source.name,
      attribution: source.attribution,
      terms: source.terms.summary,
      exportAllowed: source.terms.exportAllowed,
      synthetic: source.synthetic,
      acquired: rangeOf(tiles.flatMap(({ acquired }) => acquired ?? []).sort(), 'from', 'to'),
      nativeMetresPerPixel: rangeOf(
        tiles.flatMap((tile) => tile.nativeMetresPerPixel ?? []).sort((a, b) => a - b),
        'min',
        'max',
      ),
      targetMetresPerPixel: settings.tileM / model.imageSize,
    },
    model: {
      id: model.id,
      sha256: model.sha256,
      labels: model.labels,
      tileM: model.tileM,
      temperature: model.temperature,
      trained: model.trained,
    },
    backend: { name, detail, rejected },
    tiles,
    sectors: assessment.sectors,
    directions: assessment.directions,
    governing: assessment.governing,
    overrides,
    ...(refinement && { refinement }),
    warnings: [],
  };
  result.warnings = [...warningsOf(result, { tileMAssumed }), ...assessment.warnings];
  return siteResultSchema.parse(result);
}

/** First and last of a sorted list under the names given; null for an empty one. */
function rangeOf<T, From extends string, To extends string>(
  sorted: T[],
  from: From,
  to: To,
): Record<From | To, T> | null {
  if (sorted.length === 0) return null;
  return { [from]: sorted[0], [to]: sorted.at(-1) } as Record<From | To, T>;
}
