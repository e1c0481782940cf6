import { describe, expect, test } from 'vitest';
import { planFetch, scaleWarning } from '../../../src/imagery/fetch-plan.ts';
import type { ImageRequest, ImagerySource } from '../../../src/imagery/image-source.ts';
import { arcgisImageSource } from '../../../src/imagery/sources/arcgis-image.ts';
import { resolveImagery } from '../../../src/imagery/sources/resolve-source.ts';
import { wmsSource } from '../../../src/imagery/sources/wms.ts';
import { quadkey, xyzSource } from '../../../src/imagery/sources/xyz.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { UserError } from '../../../src/site/user-error.ts';

const denver = { lng: -104.99, lat: 39.74 };
const [tile] = planTiles(denver, { radiusM: 0 });
const first = (source: ImagerySource, target = 250 / 224): ImageRequest =>
  source.planTile(tile!, target).requests[0]!;
const query = (url: string): URLSearchParams => new URL(url).searchParams;
const numbers = (text: string | null): number[] => (text ?? '').split(',').map(Number);

describe('xyz', () => {
  // At 39.74° a 256 px pyramid has 0.91838 m/px at zoom 17 and 1.83677 at 16.
  test.each([
    [250 / 224, 19, 17, 0.9184],
    [250 / 224, 16, 16, 1.837],
    [2, 19, 16, 1.837],
    [0.9184, 19, 17, 0.9184],
    [0.918, 19, 18, 0.4592],
  ])('target %d m/px, finest z%d: zoom %d, %d m/px', (target, maxZoom, zoom, metres) => {
    const source = xyzSource({ template: 'https://t.test/{z}/{x}/{y}', maxZoom });
    const plan = source.planTile(tile!, target);
    expect(plan.requests.every(({ url }) => url.startsWith(`https://t.test/${zoom}/`))).toBe(true);
    expect(plan.nativeMetresPerPixel).toBeCloseTo(metres, 3);
  });

  test('512 px pictures reach the same scale one zoom earlier', () => {
    const source = xyzSource({ template: 'https://t.test/{z}/{x}/{y}@2x', tileSizePx: 512 });
    expect(first(source).url).toMatch(/^https:\/\/t\.test\/16\//);
    expect(source.mapTiles).toMatchObject({ tileSize: 512 });
  });

  test('every placeholder', () => {
    const at = (template: string): string => first(xyzSource({ template })).url;
    const [, z, x, y] = /(\d+)\/(\d+)\/(\d+)/.exec(at('https://t.test/{z}/{x}/{y}'))!.map(Number);
    expect(at('https://t.test/{z}/{x}/{-y}')).toBe(`https://t.test/${z}/${x}/${2 ** z! - 1 - y!}`);
    expect(at('https://t.test/{q}.jpg')).toBe(
      `https://t.test/${quadkey({ z: z!, x: x!, y: y! })}.jpg`,
    );
    expect(at('https://{s}.t.test/{z}/{y}/{x}')).toMatch(
      new RegExp(`^https://[abc].t.test/${z}/${y}/${x}$`),
    );
    expect(quadkey({ z: 3, x: 3, y: 5 })).toBe('213'); // Microsoft's own example
  });

  test('145 tiles share pictures: each is planned once', () => {
    const source = xyzSource({ template: 'https://t.test/{z}/{x}/{y}', maxZoom: 16 });
    const plan = planFetch(source, planTiles(denver, { radiusM: 1706.88 }), 224);
    expect(plan.tiles).toHaveLength(145);
    expect(new Set(plan.requests.map(({ url }) => url)).size).toBe(plan.requests.length);
    // 3.75 km of ground at 1.837 m/px is 8 pictures across, 9 where they start between two.
    expect(plan.requests.length).toBeLessThanOrEqual(81);
    expect([...plan.uses.values()].reduce((a, b) => a + b, 0)).toBe(
      plan.tiles.reduce((sum, { requests }) => sum + requests.length, 0),
    );
  });

  test('over the antimeridian columns wrap and pictures lie side by side', () => {
    const [over] = planTiles({ lng: 180, lat: -16 }, { radiusM: 0 });
    const source = xyzSource({ template: 'https://t.test/{z}/{x}/{y}', maxZoom: 14 });
    const { requests } = source.planTile(over!, 250 / 224);
    const columns = requests.map(({ url }) => Number(url.split('/')[4]));
    expect(new Set(columns)).toEqual(new Set([16383, 0]));
    expect(requests[0]!.bounds.east).toBeCloseTo(requests[1]!.bounds.west, 6);
  });

  test.each([
    ['https://t.test/{z}/{x}.png', /must hold \{z\}, \{x\} and \{y\}/],
    ['https://t.test/{z}/{x}/{y}?key={key}', /\{key\}, which is not known. Put your own key/],
    ['https://t.test/{z}/{x}/{y}/{time}', /\{time\}, which is not known/],
    ['ftp://t.test/{z}/{x}/{y}', /starts with https/],
    ['t.test/{z}/{x}/{y}', /starts with https/],
    ['https://mt1.google.com/vt/lyrs=s&x={x}&y={y}&z={z}', /Google’s map terms forbid/],
    ['https://khms0.googleapis.com/kh?x={x}&y={y}&z={z}', /Google’s map terms forbid/],
    ['https://ecn.t0.tiles.virtualearth.net/tiles/a{q}.jpeg', /Bing’s map terms/],
  ])('refuses %s', (template, words) => {
    expect(() => xyzSource({ template })).toThrow(UserError);
    expect(() => xyzSource({ template })).toThrow(words);
  });

  test('an error about a template does not repeat its key', () => {
    expect(() => xyzSource({ template: 'https://t.test/{z}/{x}?key=hunter2' })).toThrow(
      /^(?!.*hunter2)/,
    );
  });

  test('refuses impossible zooms, and a pyramid that starts too fine', () => {
    const template = 'https://t.test/{z}/{x}/{y}';
    expect(() => xyzSource({ template, maxZoom: 30 })).toThrow(/0 to 24/);
    expect(() => xyzSource({ template, minZoom: 9, maxZoom: 8 })).toThrow(UserError);
    const fine = xyzSource({ template, minZoom: 21, maxZoom: 22 });
    expect(() => fine.planTile(tile!, 1)).toThrow(/lower minimum zoom/);
  });
});

describe('wms', () => {
  const url =
    'https://wms.test/ows?map=/srv/a.map&service=wms&layers=ignored&bbox=9,9,9,9&apikey=K3Y';

  test('1.3.0: what a server needs, and nothing twice', () => {
    const request = first(wmsSource({ url, layer: 'ortho' }));
    const asked = query(request.url);
    expect(Object.fromEntries([...asked].filter(([name]) => name !== 'BBOX'))).toEqual({
      ...{ map: '/srv/a.map', apikey: 'K3Y', SERVICE: 'WMS', REQUEST: 'GetMap', VERSION: '1.3.0' },
      ...{ LAYERS: 'ortho', STYLES: '', FORMAT: 'image/png', TRANSPARENT: 'TRUE' },
      ...{ CRS: 'EPSG:3857', WIDTH: '224', HEIGHT: '224' },
    });
    const [west, south, east, north] = numbers(asked.get('BBOX'));
    expect(east! - west!).toBeCloseTo(250 / Math.cos((39.74 * Math.PI) / 180), 2);
    expect(north! - south!).toBeCloseTo(east! - west!, 2);
    expect(request.publicUrl).not.toContain('K3Y');
    expect(request.key).not.toContain('K3Y');
  });

  test('1.1.1 names the reference system SRS', () => {
    const asked = query(first(wmsSource({ url, layer: 'a,b', version: '1.1.1' })).url);
    expect(asked.get('SRS')).toBe('EPSG:3857');
    expect(asked.has('CRS')).toBe(false);
    expect(asked.get('LAYERS')).toBe('a,b');
  });

  test('takes the layer from the address, or asks for it', () => {
    expect(query(first(wmsSource({ url })).url).get('LAYERS')).toBe('ignored');
    expect(() => wmsSource({ url: 'https://wms.test/wms' })).toThrow(/Which layer/);
  });

  test('over the antimeridian it asks twice, within the world', () => {
    const [over] = planTiles({ lng: 179.9995, lat: 10 }, { radiusM: 0 });
    const { requests } = wmsSource({ url, layer: 'o' }).planTile(over!, 250 / 224);
    const boxes = requests.map((request) => numbers(query(request.url).get('BBOX')));
    expect(boxes).toHaveLength(2);
    const edge = 20037508.343;
    expect(boxes[0]![2]).toBeCloseTo(edge, 2);
    expect(boxes[1]![0]).toBeCloseTo(-edge, 2);
    const widths = requests.map((request) => Number(query(request.url).get('WIDTH')));
    expect(widths[0]! + widths[1]!).toBe(224);
    expect(requests[0]!.bounds.east).toBeCloseTo(requests[1]!.bounds.west, 6);
  });
});

describe('arcgis image service', () => {
  const source = arcgisImageSource({ url: 'https://a.test/rest/services/N/ImageServer?token=T0K' });

  test('exportImage as the service documents it', () => {
    const request = first(source);
    expect(request.url).toMatch(
      /^https:\/\/a\.test\/rest\/services\/N\/ImageServer\/exportImage\?/,
    );
    expect(Object.fromEntries([...query(request.url)].filter(([name]) => name !== 'bbox'))).toEqual(
      {
        ...{ bboxSR: '3857', imageSR: '3857', size: '224,224', format: 'jpgpng', f: 'image' },
        token: 'T0K',
      },
    );
    expect(request.publicUrl).not.toContain('T0K');
  });

  test('reads date and resolution of the newest footprint, not of overviews', async () => {
    const asked: string[] = [];
    const answer = {
      features: [
        {
          attributes: {
            acquisition_date: Date.UTC(2019, 6, 2),
            resolution_value: 0.6,
            category: 1,
          },
        },
        {
          attributes: {
            Acquisition_Date: Date.UTC(2021, 7, 14),
            Resolution_Value: 0.3,
            Category: 1,
          },
        },
        {
          attributes: { acquisition_date: Date.UTC(2023, 0, 1), resolution_value: 30, category: 2 },
        },
      ],
    };
    const fetchLike = async (url: string): Promise<Response> => {
      asked.push(url);
      return Response.json(answer);
    };
    expect(await source.acquiredAt!(denver, fetchLike)).toEqual({
      ...{ acquired: '2021-08-14', nativeMetresPerPixel: 0.3 },
    });
    expect(query(asked[0]!).get('geometry')).toBe('-11687433.3,4828231.4');
    answer.features = [];
    expect(await source.acquiredAt!(denver, fetchLike)).toEqual({
      ...{ acquired: null, nativeMetresPerPixel: null },
    });
  });
});

describe('resolveImagery', () => {
  test('presets, with their terms', () => {
    const [usgs, naip, esri] = ['usgs', 'naip', 'esri'].map((id) => resolveImagery(id));
    expect(first(usgs!).url).toMatch(
      /^https:\/\/basemap\.nationalmap\.gov\/arcgis\/rest\/services\/USGSImageryOnly\/MapServer\/tile\/16\/\d+\/\d+$/,
    );
    const [row, column] = first(usgs!).url.split('/').slice(-2).map(Number);
    expect(row).toBeGreaterThan(20000); // Denver at zoom 16: row 24 872, column 13 655
    expect(column).toBeLessThan(20000);
    expect(first(naip!).url).toContain('USGSNAIPPlus/ImageServer/exportImage?bbox=');
    expect(naip!.mapTiles).toEqual(usgs!.mapTiles);
    expect(naip!.terms.exportAllowed).toBe(true);
    expect(esri!.terms.exportAllowed).toBe(false);
    expect(esri!.attribution).not.toBe('');
  });

  test('a source passed in goes by its id', () => {
    const demo = { ...resolveImagery('usgs'), id: 'demo' };
    expect(resolveImagery(' demo ', { sources: [demo] })).toBe(demo);
  });

  test.each([
    ['https://t.test/{z}/{x}/{y}.png', {}, 'xyz'],
    ['https://t.test/wms?layers=a', {}, 'wms'],
    ['https://t.test/anything', { wmsLayer: 'a' }, 'wms'],
    ['https://t.test/rest/services/A/ImageServer', {}, 'arcgis-image'],
    ['https://t.test/rest/services/A/MapServer', {}, 'xyz'],
  ])('%s is %s', (text, options, id) => expect(resolveImagery(text, options).id).toBe(id));

  test('a MapServer’s cache is rows before columns', () => {
    const source = resolveImagery('https://t.test/A/MapServer?token=t', { maxZoom: 16 });
    expect(first(source).url).toMatch(/\/A\/MapServer\/tile\/16\/2\d{4}\/1\d{4}\?token=t$/);
  });

  test('Esri’s terms go with Esri’s address', () => {
    const text = 'https://server.arcgisonline.com/x/World_Imagery/MapServer/tile/{z}/{y}/{x}';
    expect(resolveImagery(text).terms.exportAllowed).toBe(false);
  });

  test.each([
    ['', /No imagery is called ""/],
    ['bing', /No imagery is called "bing". Choose naip, usgs, esri/],
    ['toString', /No imagery is called/],
    ['https://t.test/map', /neither a tile template/],
    ['https://www.google.com/maps/@40,-74,15z', /Google’s map terms forbid/],
  ])('refuses "%s"', (text, words) => {
    expect(() => resolveImagery(text)).toThrow(UserError);
    expect(() => resolveImagery(text)).toThrow(words);
  });
});

test('scaleWarning: silent within 15 %, in words beyond', () => {
  expect(scaleWarning(null, 2000)).toBeNull();
  expect(scaleWarning(250, 287)).toBeNull();
  expect(scaleWarning(250, 213)).toBeNull();
  expect(scaleWarning(250, 290)).toMatch(/learnt tiles of 250 m; these are 290 m/);
  expect(scaleWarning(250, 200)).toMatch(/80 %/);
});
