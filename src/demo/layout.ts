import type { XY } from './shapes.ts';

/**
 * Where things lie in the demo scene: metres east and north of its centre, which is the default
 * site. The site stands at the head of a bay: sea from south to west, the town from north-west to
 * north-east, links and fields from east to south.
 */

/** Water line from the western edge round to the southern edge. */
export const COAST: readonly XY[] = [
  [-6200, 1500],
  [-5000, 1250],
  [-4200, 1050],
  [-3600, 800],
  [-2800, 480],
  [-2000, 260],
  [-1400, 150],
  [-1000, 80],
  [-750, 5],
  [-560, -80],
  [-375, -150],
  [-200, -172],
  [0, -170],
  [110, -178],
  [172, -230],
  [190, -350],
  [170, -600],
  [190, -1000],
  [260, -1500],
  [420, -2300],
  [640, -3200],
  [560, -4200],
  [760, -6200],
];

/** Centre line of the river with its half width [m]. */
export const RIVER: readonly (readonly [x: number, y: number, halfWidthM: number])[] = [
  [6000, 4600, 17],
  [5300, 4300, 18],
  [4300, 3700, 20],
  [3300, 3600, 22],
  [2300, 3950, 26],
  [1300, 3800, 30],
  [300, 3900, 36],
  [-500, 3800, 42],
  [-1200, 3300, 50],
  [-1700, 2700, 60],
  [-2400, 2300, 75],
  [-3000, 1700, 110],
  [-3500, 1150, 180],
  [-3900, 700, 260],
];

/** Tidal flats: ellipses along the estuary (centre, radii). */
export const MUD: readonly (readonly [x: number, y: number, rx: number, ry: number])[] = [
  [-2750, 2050, 480, 330],
  [-3350, 1600, 560, 480],
  [-3950, 1350, 480, 330],
  [-2900, 1150, 420, 380],
];

export type DistrictKind = 'suburb' | 'dense' | 'sparse' | 'downtown' | 'industry';

/** A part of the town with its own street grid. */
export interface District {
  kind: DistrictKind;
  polygon: readonly XY[];
  /** Direction of the long streets, mathematical angle [rad]. */
  angle: number;
  /** How far streets bend from a straight grid [m]. */
  bendM: number;
}

export const DISTRICTS: readonly District[] = [
  {
    kind: 'suburb',
    angle: 0.05,
    bendM: 14,
    polygon: [
      [-1950, 350],
      [-1400, 240],
      [-1000, 165],
      [-720, 85],
      [-520, -5],
      [-350, -75],
      [-150, -100],
      [140, -100],
      [260, -88],
      [1350, -85],
      [1380, 900],
      [1000, 1270],
      [-300, 1370],
      [-1200, 1320],
      [-2000, 1050],
    ],
  },
  {
    kind: 'dense',
    angle: -0.14,
    bendM: 8,
    polygon: [
      [-2020, 1090],
      [-1200, 1350],
      [-300, 1400],
      [1000, 1300],
      [1330, 1500],
      [1450, 2320],
      [1200, 2440],
      [-900, 2440],
      [-1450, 2380],
      [-2050, 1900],
    ],
  },
  {
    kind: 'downtown',
    angle: 0.2,
    bendM: 0,
    polygon: [
      [-900, 2490],
      [1180, 2490],
      [1250, 3600],
      [300, 3780],
      [-350, 3680],
      [-950, 3150],
    ],
  },
  {
    kind: 'industry',
    angle: 0.2,
    bendM: 0,
    polygon: [
      [1290, 2480],
      [1550, 2380],
      [2700, 2310],
      [3000, 3200],
      [2900, 3480],
      [2200, 3700],
      [1360, 3600],
    ],
  },
  {
    kind: 'sparse',
    angle: 0.38,
    bendM: 38,
    polygon: [
      [1420, -40],
      [2500, 40],
      [2720, 700],
      [2620, 1620],
      [2100, 2240],
      [1500, 2260],
      [1400, 1420],
      [1080, 1270],
      [1430, 920],
    ],
  },
  {
    kind: 'suburb',
    angle: -0.35,
    bendM: 20,
    polygon: [
      [-500, 4060],
      [300, 4080],
      [1300, 4000],
      [1900, 4200],
      [1900, 4800],
      [1500, 5400],
      [-700, 5400],
    ],
  },
];

export type ForestKind = 'conifer' | 'broadleaf';

export const FORESTS: readonly { kind: ForestKind; polygon: readonly XY[] }[] = [
  {
    kind: 'broadleaf',
    polygon: [
      [2800, 150],
      [3900, -150],
      [5800, 50],
      [5800, 2700],
      [3300, 2800],
      [2950, 2250],
      [2720, 1600],
      [2820, 700],
    ],
  },
  {
    kind: 'conifer',
    polygon: [
      [-5800, 1900],
      [-4500, 1950],
      [-3750, 2350],
      [-2900, 2900],
      [-2000, 3500],
      [-1350, 4200],
      [-1000, 5800],
      [-5800, 5800],
    ],
  },
  {
    kind: 'broadleaf',
    polygon: [
      [1600, -3300],
      [2500, -3050],
      [2950, -3900],
      [2300, -4600],
      [1750, -4400],
    ],
  },
  {
    kind: 'conifer',
    polygon: [
      [3900, -4100],
      [4900, -3900],
      [5300, -4700],
      [4300, -5000],
    ],
  },
];

/** Coastal grassland with shrubs: no fields here. */
export const HEATH: readonly (readonly XY[])[] = [
  [
    [150, -1400],
    [1250, -1350],
    [1500, -2300],
    [1450, -3300],
    [1700, -4400],
    [1900, -5800],
    [300, -5800],
  ],
  [
    [-3600, 300],
    [-2100, 200],
    [-2050, 1000],
    [-2150, 1900],
    [-1650, 2500],
    [-2600, 2400],
  ],
];

/** Links golf course beside the site. */
export const GOLF: readonly XY[] = [
  [190, -130],
  [1180, -130],
  [1240, -700],
  [1150, -1320],
  [190, -1330],
];

/** Parks inside the town: lawns with a few trees. */
export const PARKS: readonly (readonly XY[])[] = [
  [
    [-1290, 640],
    [-960, 650],
    [-950, 900],
    [-1280, 890],
  ],
  [
    [-420, 1700],
    [20, 1640],
    [50, 1880],
    [-390, 1940],
  ],
];

/** The airfield: middle of the runway, direction, sizes. */
export const AIRPORT = {
  x: 3350,
  y: -1550,
  angle: 0.3,
  runwayM: 2100,
  widthM: 45,
  groundHalfLengthM: 1300,
  groundHalfWidthM: 330,
} as const;

export type RoadClass = 'arterial' | 'street' | 'lane' | 'track';

export const ROADS: readonly { road: RoadClass; points: readonly XY[] }[] = [
  {
    road: 'arterial',
    points: [
      [-2600, 700],
      [-1950, 470],
      [-1400, 340],
      [-1000, 255],
      [-700, 165],
      [-450, 30],
      [-250, -62],
      [0, -84],
      [300, -84],
      [1350, -66],
      [2500, 10],
      [3600, -250],
      [5800, -420],
    ],
  },
  {
    road: 'arterial',
    points: [
      [250, -84],
      [235, 600],
      [262, 1350],
      [215, 2450],
      [300, 3400],
      [330, 4100],
      [620, 5800],
    ],
  },
  {
    road: 'arterial',
    points: [
      [-2600, 700],
      [-2050, 1080],
      [-1200, 1338],
      [-300, 1387],
      [1020, 1285],
      [1400, 1390],
      [2700, 1690],
      [3900, 1350],
      [5800, 1550],
    ],
  },
  {
    road: 'arterial',
    points: [
      [1320, -66],
      [1420, -700],
      [1560, -1800],
      [2300, -2700],
      [3500, -3300],
      [5800, -3500],
    ],
  },
  {
    road: 'arterial',
    points: [
      [-2060, 1890],
      [-1470, 2405],
      [-900, 2464],
      [1180, 2464],
      [1520, 2345],
      [2700, 2275],
      [3500, 3020],
      [5800, 3350],
    ],
  },
  {
    road: 'lane',
    points: [
      [2080, -2440],
      [2700, -2250],
      [3100, -2200],
      [4500, -1700],
      [5800, -1900],
    ],
  },
  {
    road: 'lane',
    points: [
      [1560, -1800],
      [1050, -2300],
      [980, -3300],
      [1150, -4300],
      [1100, -5800],
    ],
  },
  {
    road: 'lane',
    points: [
      [3500, 3020],
      [3300, 3900],
      [3600, 4600],
      [3500, 5800],
    ],
  },
  {
    road: 'track',
    points: [
      [-2050, 1080],
      [-2300, 1700],
      [-2050, 2150],
      [-1500, 2420],
    ],
  },
  {
    road: 'track',
    points: [
      [-1750, 3300],
      [-2600, 3800],
      [-3500, 3600],
      [-5800, 3900],
    ],
  },
  {
    road: 'track',
    points: [
      [-2600, 3800],
      [-2700, 4600],
      [-3100, 5800],
    ],
  },
  {
    road: 'track',
    points: [
      [980, -3300],
      [700, -3700],
      [800, -4600],
      [1130, -4900],
    ],
  },
  {
    road: 'track',
    points: [
      [3900, 1350],
      [4100, 700],
      [4800, 300],
      [5000, -350],
    ],
  },
];
