import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl';
import { FILL } from '../report/palette.ts';

/** Colours over imagery; one set for day and night, since the ground below does not change. */
export const GROUND_COLOURS = { ...FILL, unknown: '#7d8791', waiting: '#ffffff' } as const;

/** The ids that the overlay uses on a map, all under one prefix. */
export function overlayIds(prefix: string) {
  const id = (name: string) => `${prefix}-${name}`;
  return {
    sources: {
      tiles: id('tiles'),
      letters: id('letters'),
      sectors: id('sectors'),
      directions: id('directions'),
      rings: id('rings'),
    },
    tileFill: id('tile-fill'),
    tilePattern: id('tile-pattern'),
    tileLine: id('tile-line'),
    tileUnsure: id('tile-unsure'),
    tileLetter: id('tile-letter'),
    sectorShade: id('sector-shade'),
    sectorLine: id('sector-line'),
    sectorHot: id('sector-hot'),
    ringCasing: id('ring-casing'),
    ringLine: id('ring-line'),
    directionLetter: id('direction-letter'),
    tileHotCasing: id('tile-hot-casing'),
    tileHot: id('tile-hot'),
    image: (name: string) => id(`image-${name}`),
  };
}
export type OverlayIds = ReturnType<typeof overlayIds>;

export interface OverlayLook {
  /** Of the tile colours, 0 to 1. */
  opacity: number;
  tiles: boolean;
  sectors: boolean;
  rings: boolean;
}

export const DEFAULT_LOOK: OverlayLook = { opacity: 0.42, tiles: true, sectors: true, rings: true };

const ground: ExpressionSpecification = ['get', 'ground'];
const colourOfGround: ExpressionSpecification = [
  'match',
  ground,
  'B',
  GROUND_COLOURS.B,
  'C',
  GROUND_COLOURS.C,
  'D',
  GROUND_COLOURS.D,
  'unknown',
  GROUND_COLOURS.unknown,
  GROUND_COLOURS.waiting,
];
/** Sectors beyond these were made for further bearings. */
const FIXED_SECTORS = 8;
/** A filter that nothing passes; highlights start with it. */
const NONE: ExpressionSpecification = ['==', ['get', 'id'], ''];
/** Colours of a tile and of its quarters would mix. */
const whole: ExpressionSpecification = ['get', 'counts'];
const visible = (shown: boolean) => ({
  visibility: shown ? ('visible' as const) : ('none' as const),
});

/** Layers of the overlay, lowest first. Letters and hatches are images: no glyph server is asked. */
export function overlayLayers(ids: OverlayIds, look: OverlayLook): LayerSpecification[] {
  const { sources } = ids;
  const image = (...expression: ExpressionSpecification[]): ExpressionSpecification => [
    'concat',
    ids.image(''),
    ...expression,
  ];
  return [
    {
      id: ids.tileFill,
      type: 'fill',
      source: sources.tiles,
      filter: whole,
      layout: visible(look.tiles),
      paint: {
        'fill-color': colourOfGround,
        'fill-opacity': ['case', ['==', ground, 'waiting'], 0.08, look.opacity],
        'fill-antialias': false,
      },
    },
    {
      id: ids.tilePattern,
      type: 'fill',
      source: sources.tiles,
      filter: ['all', whole, ['!=', ground, 'waiting']],
      layout: visible(look.tiles),
      paint: { 'fill-pattern': image(['concat', 'hatch-', ground]), 'fill-opacity': 0.5 },
    },
    {
      id: ids.tileLine,
      type: 'line',
      source: sources.tiles,
      layout: visible(look.tiles),
      paint: { 'line-color': '#ffffff', 'line-opacity': 0.4, 'line-width': 0.75 },
    },
    {
      id: ids.sectorShade,
      type: 'fill',
      source: sources.sectors,
      filter: NONE,
      paint: { 'fill-color': '#0a1017', 'fill-opacity': 0.42 },
    },
    {
      id: ids.tileUnsure,
      type: 'line',
      source: sources.tiles,
      filter: ['all', whole, ['get', 'unsure']],
      layout: visible(look.tiles),
      paint: {
        'line-color': '#ffffff',
        'line-width': 2,
        'line-dasharray': [1.6, 1.4],
        'line-offset': 2,
      },
    },
    {
      id: ids.tileLetter,
      type: 'symbol',
      source: sources.letters,
      minzoom: 12,
      layout: {
        ...visible(look.tiles),
        'icon-image': image(
          ['concat', 'letter-', ground],
          ['case', ['get', 'person'], '-person', ''],
        ),
        'icon-size': ['interpolate', ['linear'], ['zoom'], 12, 0.3, 13, 0.5, 15, 0.9],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    {
      id: ids.sectorLine,
      type: 'line',
      source: sources.sectors,
      // Those of further bearings lie across the eight; they are drawn when they are meant.
      filter: ['<', ['get', 'index'], FIXED_SECTORS],
      layout: visible(look.sectors),
      paint: { 'line-color': '#ffffff', 'line-width': 1.25, 'line-opacity': 0.9 },
    },
    {
      id: ids.ringCasing,
      type: 'line',
      source: sources.rings,
      layout: visible(look.rings),
      paint: { 'line-color': '#0a1017', 'line-opacity': 0.45, 'line-width': 3 },
    },
    {
      id: ids.ringLine,
      type: 'line',
      source: sources.rings,
      layout: visible(look.rings),
      paint: { 'line-color': '#ffffff', 'line-width': 1.25, 'line-dasharray': [3, 2] },
    },
    {
      id: ids.sectorHot,
      type: 'line',
      source: sources.sectors,
      filter: NONE,
      paint: { 'line-color': '#ffffff', 'line-width': 3 },
    },
    {
      id: ids.tileHotCasing,
      type: 'line',
      source: sources.tiles,
      filter: NONE,
      paint: { 'line-color': '#0a1017', 'line-width': 5.5 },
    },
    {
      id: ids.tileHot,
      type: 'line',
      source: sources.tiles,
      filter: NONE,
      paint: { 'line-color': '#ffffff', 'line-width': 2.5 },
    },
    {
      id: ids.directionLetter,
      type: 'symbol',
      source: sources.directions,
      layout: {
        ...visible(look.sectors),
        'icon-image': image(
          ['concat', 'chip-', ['get', 'exposure']],
          ['case', ['get', 'open'], '-open', ''],
        ),
        'icon-size': 0.5,
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
  ];
}

/** Filters of the layers that mark tiles (ids) and sectors (indices); the other sectors are dimmed. */
export function highlightFilters(
  tileIds: readonly string[],
  sectors: readonly number[],
): Record<'tiles' | 'sectors' | 'shade', FilterSpecification> {
  const some = sectors.length > 0;
  const within: FilterSpecification = ['in', ['get', 'index'], ['literal', [...sectors]]];
  // Wedges of further bearings lie across the eight, which would dim them too.
  const dims = some && sectors.every((index) => index < FIXED_SECTORS);
  return {
    tiles: tileIds.length > 0 ? ['in', ['get', 'id'], ['literal', [...tileIds]]] : NONE,
    sectors: some ? within : NONE,
    shade: dims ? ['all', ['<', ['get', 'index'], FIXED_SECTORS], ['!', within]] : NONE,
  };
}
