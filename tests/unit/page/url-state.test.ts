import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../components/shared/session.ts';
import { readHash, writeHash } from '../../../components/shared/url-state.ts';

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

  it('carry metres for those who work in metres', () => {
    const site = { at: { lat: 1, lng: 2 }, name: null, heightFt: 25 };
    const hash = writeHash(site, { ...DEFAULT_SETTINGS, unit: 'm' });
    expect(hash).toContain('h=7.62m');
    expect(readHash(hash).settings.unit).toBe('m');
    expect(readHash(hash).site?.heightFt).toBeCloseTo(25, 6);
  });

  it('never carry an address that may hold a key', () => {
    const imagery = { id: 'xyz', url: 'https://tiles.test/{z}/{x}/{y}?key=SECRET' };
    expect(writeHash(null, { ...DEFAULT_SETTINGS, imagery })).not.toContain('SECRET');
  });

  it('leave out what cannot be read', () => {
    expect(readHash('#at=nowhere&h=-3').site).toBeUndefined();
    expect(readHash('').settings).toEqual({});
    expect(readHash('#at=10,20&h=tall').site?.heightFt).toBe(25);
  });
});
