import type {
  DirectionResult,
  FetchSegment,
  SectorResult,
  SiteResult,
  TileResult,
} from '../../src/analysis/site-result.ts';

type R = 'B' | 'C' | 'D';
const NAMES = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
const LOOK_OUT_M = 1707;
const worst = (a: R, b: R): R => (a > b ? a : b);

/** Ground around the mock site: sea to the south-east, town to the west, grass elsewhere. */
export function groundAt(eastM: number, northM: number): R {
  if (eastM - northM > 900) return 'D';
  if (eastM < 300) return 'B';
  return 'C';
}

/**
 * A result for the page's tests, made up by hand: 145 tiles, three missing, four unsure, one
 * corrected by a person. Its verdicts are plausible, not computed by the rules.
 */
export function mockResult({ lat = -34.0368, lng = 20.5126 } = {}): SiteResult {
  const tiles = mockTiles(lat, lng);
  const sectors = NAMES.map((_, index) => mockSector(index));
  const directions = NAMES.map((name, index) => mockDirection(name, index, sectors));
  return {
    schema: 'upwind.site-result',
    version: 1,
    software: { name: 'upwind', version: '0.1.0' },
    site: { lng, lat, name: 'Mock coast', heightFt: 25 },
    settings: {
      tileM: 250,
      strideM: 250,
      lookOutM: LOOK_OUT_M,
      edition: '7-22',
      tolerance: 0.2,
      conservative: false,
      confidenceFloor: 0.6,
      refine: false,
      extraBearingsDeg: [],
    },
    imagery: {
      id: 'demo',
      name: 'Demo coast',
      attribution: 'Synthetic scene, Upwind',
      terms: 'Synthetic; free to use.',
      exportAllowed: true,
      synthetic: true,
      acquired: { from: '2024-05-11', to: '2024-05-13' },
      nativeMetresPerPixel: { min: 1.1, max: 1.1 },
      targetMetresPerPixel: 1.116,
    },
    model: {
      id: 'upwind-vit',
      sha256: 'ab'.repeat(32),
      labels: ['B', 'C', 'D'],
      tileM: 250,
      temperature: 1,
      trained: true,
    },
    backend: {
      name: 'wasm',
      detail: 'SIMD',
      rejected: [{ name: 'webgpu', reason: 'no adapter' }],
    },
    tiles,
    sectors,
    directions,
    governing: 'D',
    overrides: [
      { target: 'tile', id: 'e1n0', from: 'C', to: 'B', reason: 'New houses', by: 'person' },
    ],
    warnings: [
      { code: 'tiles-missing', message: '3 of 145 tiles have no picture.' },
      { code: 'tiles-unsure', message: '4 tiles are below the confidence floor.' },
    ],
  };
}

function mockTiles(lat: number, lng: number): TileResult[] {
  const tiles: TileResult[] = [];
  const perDegreeN = 111_000;
  const perDegreeE = perDegreeN * Math.cos((lat * Math.PI) / 180);
  for (let n = -7; n <= 7; n++) {
    for (let e = -7; e <= 7; e++) {
      const [eastM, northM] = [e * 250, n * 250];
      if (Math.hypot(eastM, northM) > LOOK_OUT_M) continue;
      const at = (dx: number, dy: number) => ({
        lng: lng + (eastM + dx) / perDegreeE,
        lat: lat + (northM + dy) / perDegreeN,
      });
      const missing = n === -6 && e <= 1 && e >= -1 ? ('transparent' as const) : null;
      const roughness = missing ? null : groundAt(eastM, northM);
      const corrected = e === 1 && n === 0;
      const unsure = !missing && e === 2 && n >= 1 && n <= 4;
      const top = unsure ? 0.5 : 0.93;
      const second = roughness === 'C' ? 'B' : 'C';
      const probabilities = { B: 0.02, C: 0.02, D: 0.02 };
      if (roughness) {
        probabilities[roughness] = top;
        probabilities[second] = 0.98 - top;
      }
      tiles.push({
        id: `e${e}n${n}`,
        ...at(0, 0),
        eastM,
        northM,
        sizeM: 250,
        ring: Math.max(Math.abs(e), Math.abs(n)),
        footprint: [at(-125, -125), at(125, -125), at(125, 125), at(-125, 125), at(-125, -125)],
        roughness: corrected ? 'B' : roughness,
        modelRoughness: roughness,
        by: missing ? null : corrected ? 'person' : 'model',
        probabilities: missing ? null : probabilities,
        confidence: missing ? 0 : top,
        unsure,
        unlike: false,
        missing,
        detail: missing ? 'The source has no ground here.' : '',
        coverage: missing ? 0 : 1,
        imageSha256: missing ? null : 'cd'.repeat(32),
        acquired: missing ? null : '2024-05-11',
        nativeMetresPerPixel: missing ? null : 1.1,
        urls: [],
      });
    }
  }
  return tiles.sort((a, b) => Math.hypot(a.eastM, a.northM) - Math.hypot(b.eastM, b.northM));
}

function segmentsAlong(bearingDeg: number): FetchSegment[] {
  const segments: FetchSegment[] = [];
  const radians = (bearingDeg * Math.PI) / 180;
  for (let fromM = 0; fromM < LOOK_OUT_M; fromM += 10) {
    const roughness = groundAt(fromM * Math.sin(radians), fromM * Math.cos(radians));
    const last = segments.at(-1);
    const toM = Math.min(fromM + 10, LOOK_OUT_M);
    if (last?.roughness === roughness) last.toM = toM;
    else segments.push({ roughness, fromM, toM, share: 0.9, confidence: 0.88 });
  }
  return segments;
}

function mockSector(index: number): SectorResult {
  const segments = segmentsAlong(index * 45 + 22.5);
  const first = segments[0]?.roughness ?? 'C';
  const lengthFt = ((segments[0]?.toM ?? 0) / 0.3048) | 0;
  const exposure: R = segments.some(({ roughness }) => roughness === 'D')
    ? 'D'
    : first === 'B' && lengthFt > 1500
      ? 'B'
      : 'C';
  const strict: R = index === 7 ? 'C' : exposure;
  return {
    name: `${index * 45}–${index * 45 + 45}`,
    fromDeg: index * 45,
    toDeg: index * 45 + 45,
    roughness: first,
    exposure,
    exposureStrict: strict,
    flips: strict !== exposure,
    undetermined: index === 3,
    notExcluded: index === 3 ? [{ exposure: 'D', tileIds: ['e0n-6', 'e1n-6'], fromM: 1375 }] : [],
    clause: '26.7.3',
    reason: `Roughness ${first} prevails for ${lengthFt} ft upwind; exposure B asks for more than 1500 ft.`,
    distanceToChangeFt: exposure === 'D' ? null : Math.abs(1500 - lengthFt),
    segments,
  };
}

function mockDirection(name: string, index: number, sectors: SectorResult[]): DirectionResult {
  const pair = [(index + 7) % 8, index];
  const [left, right] = pair.map((i) => sectors[i]) as [SectorResult, SectorResult];
  const governor = worst(left.exposure, right.exposure) === left.exposure ? left : right;
  const { fromDeg: _from, toDeg: _to, name: _name, ...verdict } = governor;
  return {
    ...verdict,
    name,
    bearingDeg: index * 45,
    sectors: pair,
    governedBy: sectors.indexOf(governor),
    kz: { B: 0.657, C: 0.945, D: 1.131 }[governor.exposure],
  };
}
