import { reassess } from '../analysis/reassess.ts';
import { z0Text } from '../roughness/z0.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { exposureDistancesFt } from '../exposure/distances.ts';
import { editionTable } from '../exposure/editions.ts';
import { tilesThatCount } from '../analysis/quarters.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { SYNTHETIC_NOTE, limitsOf } from './limits.ts';
import { feetAndMetres, heightText, percent, shiftText, wholeFeet } from './lengths.ts';
import { governingText } from './governing-text.ts';
import { overrideText } from './overrides-of.ts';

/** What a report says of itself beside the result. Nothing here is read from a clock. */
export interface ReportAbout {
  /** ISO date, `2026-03-01`. */
  date: string;
  project?: string;
  engineer?: string;
  /** Pictures of the tiles by id, for the map. */
  pictures?: ReadonlyMap<string, RgbImage>;
  /** `letter` unless said. */
  paper?: 'letter' | 'a4';
}

export interface DirectionText {
  heading: string;
  lines: string[];
}

/** Every word of a report; HTML and PDF only set it. */
export interface ReportContent {
  title: string;
  facts: [label: string, value: string][];
  governing: string;
  governingText: string;
  table: { head: string[]; rows: string[][] };
  tableNote: string;
  directions: DirectionText[];
  sensitivity: string[];
  overrides: string[];
  warnings: string[];
  limits: string[];
  clauses: [clause: string, text: string][];
  footer: string;
}

export function reportContent(result: SiteResult, about: ReportAbout): ReportContent {
  const { site, settings, directions, governing } = result;
  const table = editionTable(settings.edition);
  return {
    title: 'Wind exposure category by direction',
    facts: factsOf(result, about),
    governing,
    governingText:
      `${governingText(result)}. ` +
      `${table.title}, section 26.7.3; mean roof height h = ${heightText(site.heightFt)}.`,
    table: {
      head: [
        'Wind from',
        'Bearing',
        'Roughness',
        'Exposure',
        'Strict',
        'To next change',
        'Kz at h',
        'Notes',
      ],
      rows: directions.map((direction) => [
        direction.name,
        `${Number(direction.bearingDeg.toFixed(1))}°`,
        direction.roughness ?? 'unknown',
        direction.exposure,
        direction.exposureStrict,
        shiftText(direction.distanceToChangeFt),
        direction.kz.toFixed(3),
        notesOf(direction),
      ]),
    },
    tableNote:
      'Strict: the reading with tolerance 0, or the most severe that ground not known may bring. ' +
      'To next change: the smallest shift of one roughness boundary along the fetch that changes the category.',
    directions: directions.map((direction) => ({
      heading: `${direction.name}: exposure ${direction.exposure} (clause ${direction.clause})`,
      lines: [
        direction.reason,
        `Fetch: ${direction.segments
          .map(
            ({ roughness, fromM, toM, share, confidence }) =>
              `${roughness ?? 'unknown'} ${feetAndMetres(fromM)} to ${feetAndMetres(toM)}, share ${percent(share)}${roughness ? `, confidence ${percent(confidence)}` : ''}`,
          )
          .join('; ')}.`,
      ],
    })),
    sensitivity: sensitivityOf(result),
    overrides: result.overrides.map((override) => overrideText(result, override)),
    warnings: result.warnings.map(({ message }) => message),
    limits: limitsOf(result),
    clauses: clausesOf(result),
    footer: `${result.software.name} ${result.software.version} · model ${result.model.sha256.slice(0, 12)} · ${about.date}${result.imagery.synthetic ? ` · ${SYNTHETIC_NOTE}` : ''}`,
  };
}

function factsOf(result: SiteResult, about: ReportAbout): [string, string][] {
  const { site, settings, imagery, model, software, backend } = result;
  const dates = imagery.acquired;
  const native = imagery.nativeMetresPerPixel;
  const range = (from: string | number, to: string | number): string =>
    from === to ? `${from}` : `${from} to ${to}`;
  return [
    ['Project', about.project || '—'],
    ['Site', site.name || '—'],
    ['Position', `${site.lat.toFixed(6)}, ${site.lng.toFixed(6)} (WGS 84)`],
    ['Mean roof height', heightText(site.heightFt)],
    ['Engineer', about.engineer || '—'],
    ['Date', about.date],
    ['Standard', `${editionTable(settings.edition).title}, section 26.7`],
    ['Look-out', feetAndMetres(settings.lookOutM)],
    ['Imagery', `${imagery.name}${imagery.synthetic ? ' (SYNTHETIC)' : ''}`],
    ['Imagery dates', dates ? range(dates.from, dates.to) : 'not told by the source'],
    ['Attribution', imagery.attribution || '—'],
    [
      'Ground sample',
      `${native ? `${range(round(native.min), round(native.max))} m/px at source, ` : ''}${round(imagery.targetMetresPerPixel)} m/px to the model`,
    ],
    ['Model', model.id],
    ['Model SHA-256', model.sha256],
    ['Tiles', `${result.tiles.length} of ${settings.tileM} m every ${settings.strideM} m`],
    [
      'Readings',
      `tolerance ${percent(settings.tolerance)}; conservative ${settings.conservative ? 'on' : 'off'}; confidence floor ${percent(settings.confidenceFloor)}`,
    ],
    ['Software', `${software.name} ${software.version}, computed on ${backend.name}`],
  ];
}

const round = (value: number): number => Math.round(value * 100) / 100;

function notesOf(direction: SiteResult['directions'][number]): string {
  const notes: string[] = [];
  if (direction.undetermined) {
    const open = direction.notExcluded.map(({ exposure }) => exposure).join(', ');
    notes.push(`undetermined${open ? `: ${open} not excluded` : ''}`);
  } else if (direction.flips) notes.push('flips under the strict reading');
  if (direction.reason.startsWith('Set by hand')) notes.push('set by hand');
  return notes.join('; ');
}

function sensitivityOf(result: SiteResult): string[] {
  const { directions, settings } = result;
  const tiles = tilesThatCount(result.tiles);
  // A boundary is not known better than to half a tile, or half a quarter where one looked again.
  const cellM = result.refinement?.sizeM ?? settings.strideM;
  const nearFt = wholeFeet(cellM / 2);
  const names = (list: typeof directions): string => list.map(({ name }) => name).join(', ');
  const open = directions.filter(({ undetermined }) => undetermined);
  const near = directions.filter(
    ({ distanceToChangeFt }) => distanceToChangeFt !== null && distanceToChangeFt < nearFt,
  );
  const unsure = tiles.filter(({ unsure: one, by }) => one && by !== 'person').length;
  const unknown = tiles.filter(({ roughness }) => roughness === null).length;
  return [
    toleranceText(result),
    open.length > 0
      ? `Ground not known leaves ${names(open)} undetermined.`
      : 'Ground not known leaves no direction undetermined.',
    conservativeText(result),
    `Tiles: ${unknown} not known, ${unsure} below the confidence floor${settings.conservative ? ', each taken as either of its two likeliest categories' : ''}.`,
    near.length > 0
      ? `Within ${nearFt} ft of another category: ${near.map(({ name, distanceToChangeFt }) => `${name} by ${shiftText(distanceToChangeFt)}`).join(', ')}. A tile there is ${cellM} m across: look at these boundaries on the ground or on a survey.`
      : `${open.length > 0 ? 'On the ground seen, no' : 'No'} direction lies within ${nearFt} ft of another category.`,
    refinementText(result),
    ...breakLinesText(result),
  ];
}

/** Share of other ground that is tried where the reading chosen is the strict one. */
const OTHER_TOLERANCE = 0.2;

/** How the answer would read with another tolerance: with none, or with some where none was chosen. */
function toleranceText(result: SiteResult): string {
  const { directions, settings } = result;
  if (settings.tolerance > 0) {
    const flips = directions
      .filter(({ flips: one, undetermined }) => one && !undetermined)
      .map(
        ({ name, exposure, exposureStrict }) => `${name} ${exposureStrict} instead of ${exposure}`,
      );
    return `Tolerance ${percent(settings.tolerance)}: with no other ground allowed, ${flips.length > 0 ? `it would be ${flips.join(', ')}` : 'no direction would read otherwise, ground not known apart'}.`;
  }
  const other = reassess(result, { settings: { tolerance: OTHER_TOLERANCE } });
  const changes = directions.flatMap(({ name, exposure }, i) => {
    const then = other.directions[i]?.exposure;
    return then && then !== exposure ? [`${name} ${then} instead of ${exposure}`] : [];
  });
  return `Tolerance 0 %, the strict reading: with ${percent(OTHER_TOLERANCE)} of other ground allowed, ${changes.length > 0 ? `it would be ${changes.join(', ')}` : 'no direction would read otherwise'}.`;
}

/** What taking unsure tiles as either of their two likeliest categories, or not, would change. */
function conservativeText(result: SiteResult): string {
  const on = result.settings.conservative;
  const other = reassess(result, { settings: { conservative: !on } });
  const changes = other.directions.flatMap((then, i) => {
    const now = result.directions[i];
    if (!now || now.name !== then.name) return [];
    if (now.exposure !== then.exposure)
      return `${now.name} ${then.exposure} instead of ${now.exposure}`;
    if (now.undetermined === then.undetermined) return [];
    return `${now.name} ${then.undetermined ? 'undetermined' : 'no longer undetermined'}`;
  });
  const reading = on
    ? 'were unsure tiles taken as their likeliest category'
    : 'were unsure tiles taken as either of their two likeliest categories';
  return `Conservative (${on ? 'on' : 'off'}): ${reading}, ${changes.length > 0 ? changes.join(', ') : 'no direction would change'}.`;
}

/** Whether boundary tiles were looked at again, and what that did to the distance from flipping. */
function refinementText({ refinement, directions, settings }: SiteResult): string {
  if (!refinement && settings.refine) {
    return 'Refinement: boundary tiles that could change a direction were looked at again in quarters.';
  }
  if (!refinement) {
    return `Refinement: none. Boundaries are those of tiles ${settings.strideM} m apart.`;
  }
  if (refinement.tileIds.length === 0) {
    return 'Refinement: no boundary tile could change a direction, so none was looked at again.';
  }
  const changes = refinement.before.flatMap((before) => {
    const now = directions.find(({ name }) => name === before.name);
    if (!now) return [];
    return `${now.name} ${before.exposure} (${shiftText(before.distanceToChangeFt)} from flipping), now ${now.exposure} (${shiftText(now.distanceToChangeFt)})`;
  });
  return `Refinement: ${refinement.tileIds.length} boundary tiles that could change a direction were looked at again in quarters of ${refinement.sizeM} m. ${changes.join('; ')}.`;
}

function breakLinesText({ overrides }: SiteResult): string[] {
  const drawn = overrides.filter(({ target, atM }) => target === 'segment' && atM !== undefined);
  if (drawn.length === 0) return [];
  return [`Break lines drawn by hand: ${drawn.length}; see the overrides.`];
}

function clausesOf({ site, settings }: SiteResult): [string, string][] {
  const table = editionTable(settings.edition);
  const { reqB, reqD, trans, lookOut } = exposureDistancesFt(site.heightFt, settings.edition);
  const kz = (['B', 'C', 'D'] as const)
    .map((one) => `${one} α ${table.kz[one].alpha.value}, zg ${table.kz[one].zg.value} ft`)
    .join('; ');
  return [
    [
      table.clauses.direction,
      'For each wind direction the two 45° sectors either side are judged; the one giving the higher load governs.',
    ],
    [
      table.clauses.roughness,
      'Roughness B: urban, suburban, wooded or other ground with many closely spaced obstructions of house size or larger. C: open ground with scattered obstructions, mostly under 30 ft (9.1 m). D: flat unobstructed ground and water. ' +
        `Roughness lengths these usually stand for, used in no rule here: ${z0Text()}.`,
    ],
    [
      table.clauses.exposure,
      `Exposure B: roughness B prevails upwind for more than ${reqB} ft. Exposure D: roughness D prevails for ${reqD} ft or more and begins at the site or within ${trans} ft of it. Exposure C otherwise. Nothing beyond ${lookOut} ft matters. Equal lengths take the more severe category.`,
    ],
    [
      table.clauses.kz,
      `Kz = ${table.kzFactor.value} (z/zg)^(2/α), z not below ${table.kzLowest.value} ft; ${kz}.`,
    ],
  ];
}
