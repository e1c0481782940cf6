import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../components/shared/session.ts';
import type { ImagerySpec, ModelRef } from '../../../components/shared/session.ts';
import { readHash, withOwnKey, writeHash } from '../../../components/shared/url-state.ts';

describe('links', () => {
  it('read the documented form', () => {
    const link = readHash('#at=-34.0368,20.5126&h=25ft&imagery=usgs&model=owner/name');
    expect(link.site).toEqual({ at: { lat: -34.0368, lng: 20.5126 }, name: null, heightFt: 25 });
    expect(link.settings.imagery).toEqual({ id: 'usgs' });
    expect(link.settings.model).toEqual({ kind: 'hub', id: 'owner/name' });
  });

  it('come back as they were written', () => {
    const site = { at: { lat: 40.7128, lng: -74.006 }, name: 'Pier 7 & mill', heightFt: 42.5 };
    const settings = {
      ...DEFAULT_SETTINGS,
      imagery: { id: 'naip' },
      model: { kind: 'hub' as const, id: 'google/vit-base' },
    };
    const link = readHash(writeHash(site, settings));
    expect(link.site).toEqual(site);
    expect(link.settings).toMatchObject({ imagery: settings.imagery, model: settings.model });
  });

  it.each<ModelRef | null>([
    null,
    { kind: 'hub', id: 'owner/name', revision: 'v1.2' },
    { kind: 'stored', id: 'dropped-0a1b', name: 'Ours: coast & hills.zip' },
  ])('name the model whatever it is, so that nobody gets another unasked: %j', (model) => {
    const hash = writeHash(null, { ...DEFAULT_SETTINGS, model });
    expect(readHash(hash).settings.model).toEqual(model);
  });

  it('call the page’s own model by one name, however it was chosen, and leave unknown names alone', () => {
    const own = { kind: 'url' as const, url: 'https://page.test/m/', name: 'x', withPage: true };
    const hash = writeHash(null, { ...DEFAULT_SETTINGS, model: own });
    expect(hash).toBe(writeHash(null, DEFAULT_SETTINGS));
    expect(hash).toContain('model=upwind-vit');
    expect(readHash('#model=nothing').settings).toEqual({});
  });

  it('carry the rules, so that a colleague with others of their own reads the same answer', () => {
    const rules = { edition: '7-16', tolerance: 0.35, conservative: true, tileM: 150 } as const;
    const read = (settings: object) =>
      readHash(writeHash(null, { ...DEFAULT_SETTINGS, ...settings })).settings;
    expect(read(rules)).toMatchObject(rules);
    // The defaults are said too: the colleague may have others.
    const { edition, tolerance, conservative, tileM } = DEFAULT_SETTINGS;
    expect(read({})).toMatchObject({ edition, tolerance, conservative, tileM });
    expect(read({ tolerance: 0 }).tolerance).toBe(0);
  });

  it('without rules, or with such as do not exist, leave them alone', () => {
    for (const hash of [
      '#imagery=usgs',
      '#edition=7-05&tolerance=0.2',
      '#tolerance=0.3&tile=150',
    ]) {
      const { edition, tolerance, conservative, tileM } = readHash(hash).settings;
      expect([edition, tolerance, conservative, tileM]).toEqual(Array(4).fill(undefined));
    }
    expect(readHash('#edition=7-22&tolerance=40&tile=-5').settings).toEqual({
      edition: '7-22',
      conservative: false,
      tileM: null,
    });
  });

  it('carry metres for those who work in metres', () => {
    const site = { at: { lat: 1, lng: 2 }, name: null, heightFt: 25 };
    const hash = writeHash(site, { ...DEFAULT_SETTINGS, unit: 'm' });
    expect(hash).toContain('h=7.62m');
    expect(readHash(hash).settings.unit).toBe('m');
    expect(readHash(hash).site?.heightFt).toBeCloseTo(25, 6);
  });

  const hashOf = (imagery: ImagerySpec) => writeHash(null, { ...DEFAULT_SETTINGS, imagery });

  it.each<ImagerySpec>([
    { id: 'xyz', url: 'https://tiles.test/ortho 2024/{z}/{x}/{y}.png', maxZoom: 18 },
    { id: 'xyz', url: 'http://127.0.0.1:8080/{z}/{x}/{y}.png?style=a&v=2', maxZoom: 16 },
    { id: 'xyz', url: 'https://tiles.test/wmts?x={x}&y={y}&z={z}', maxZoom: 19 },
    { id: 'wms', url: 'https://maps.test/wms?map=/data/a b.map', layers: 'ortho,roads' },
  ])('carry an address of one’s own: $url', (imagery) => {
    expect(readHash(hashOf(imagery)).settings.imagery).toEqual(imagery);
  });

  it.each([
    'https://tiles.test/{z}/{x}/{y}?key=SECRET',
    'https://tiles.test/{z}/{x}/{y}?access_token=SECRET&v=2',
    'https://tiles.test/{z}/{x}/{y}?whatever=SECRETSECRET',
    'https://tiles.test/{z}/{x}/{y}?k=SECRET',
    'https://me:SECRET@tiles.test/{z}/{x}/{y}',
    'https://tiles.test/5ec7e7SECRET/{z}/{x}/{y}'.replace('SECRET', 'ab12cd34'),
    'https://tiles.test/v1/4f2a91c07b3d/{z}/{x}/{y}',
    'https://tiles.test/tiles;session=SECRET/{z}/{x}/{y}',
    'https://tiles.test/{z}/{x}/{y}#SECRET',
  ])('never carry a key: %s', (url) => {
    const hash = hashOf({ id: 'xyz', url, maxZoom: 19 });
    expect(hash).not.toMatch(/SECRET|ab12cd34|4f2a91c07b3d/);
    expect(readHash(hash).settings.imagery?.url).toMatch(/^https:\/\/tiles\.test\//);
  });

  it('say that a key was left out, and find the one that this device has', () => {
    const own = { id: 'xyz', url: 'https://tiles.test/{z}/{x}/{y}?key=SECRET', maxZoom: 19 };
    const linked = readHash(hashOf(own)).settings.imagery!;
    expect(linked).toEqual({
      id: 'xyz',
      url: 'https://tiles.test/{z}/{x}/{y}',
      maxZoom: 19,
      keyLeftOut: true,
    });
    expect(withOwnKey(linked, own)).toBe(own);
    expect(withOwnKey(linked, { ...own, maxZoom: 17 })).toBe(linked);
    expect(withOwnKey(linked, undefined)).toBe(linked);
    // Passed on again, it still says so.
    expect(hashOf(linked)).toBe(hashOf(own));
  });

  it('leave out what cannot be read', () => {
    expect(readHash('#at=nowhere&h=-3').site).toBeUndefined();
    expect(readHash('').settings).toEqual({});
    expect(readHash('#at=10,20&h=tall').site?.heightFt).toBe(25);
  });
});
