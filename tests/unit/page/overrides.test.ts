import { describe, expect, it } from 'vitest';
import { overrideOf, withDraft } from '../../../components/override-form/override-draft.ts';
import { Session } from '../../../components/shared/session.ts';
import { directionsCsv } from '../../../src/report/csv.ts';
import { sectorsGeojson, tilesGeojson } from '../../../src/report/geojson.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { mockPorts } from '../../support/mock-ports.ts';
import { mockResult } from '../../support/mock-result.ts';

async function opened(): Promise<Session> {
  const session = new Session(mockPorts({ saved: mockResult() }));
  await session.restore();
  return session;
}

const byHand = (session: Session) =>
  session.state.result!.overrides.filter(({ target }) => target !== 'tile');
const why = { reason: 'seen on site', by: 'AB' };

describe('corrections of an answer', () => {
  it('are made in steps, undone, redone and taken back; labels of tiles stay', async () => {
    const session = await opened();
    const direction = { target: 'direction', id: 'N', from: 'B', to: 'D', ...why } as const;
    await session.addOverrides([direction]);
    expect(session.state.result!.governing).toBe('D');
    const { sectors } = session.state.result!;
    const first = sectors[1]!.segments[0]!;
    const line = {
      target: 'segment',
      id: '1:0',
      from: first.roughness,
      to: first.roughness,
      atM: first.toM + 20,
      fromAtM: first.toM,
      ...why,
    } as const;
    await session.addOverrides([line]);
    expect(session.state.result!.sectors[1]!.segments[0]!.toM).toBeCloseTo(first.toM + 20, 2);
    expect(byHand(session)).toHaveLength(2);

    await session.undoOverride();
    expect(byHand(session)).toEqual([direction]);
    expect(session.state.trail).toEqual({ canUndo: true, canRedo: true });
    await session.redoOverride();
    expect(byHand(session)).toEqual([direction, line]);
    await session.takeBack(session.state.result!.overrides.find(({ id }) => id === 'N')!);
    expect(byHand(session)).toEqual([line]);
    expect(session.state.result!.overrides.some(({ target }) => target === 'tile')).toBe(true);
    expect(session.state.result!.warnings.map(({ code }) => code)).not.toContain('override-stale');
    await session.dispose();
  });

  it('stand in every export, with what they replaced and why', async () => {
    const session = await opened();
    const end = session.state.result!.sectors[1]!.segments[0]!;
    await session.addOverrides([
      { target: 'segment', id: '1:0', from: end.roughness, to: 'D', ...why },
      { target: 'direction', id: 'W', from: 'B', to: 'C', ...why },
    ]);
    const result = session.state.result!;
    const sectors = JSON.parse(sectorsGeojson(result)) as {
      overrides: unknown[];
      features: { properties: { overrides: string } }[];
    };
    const tiles = JSON.parse(tilesGeojson(result)) as {
      overrides: unknown[];
      features: { id: string; properties: Record<string, unknown> }[];
    };
    expect(sectors.overrides).toEqual(result.overrides);
    expect(tiles.overrides).toEqual(result.overrides);
    expect(sectors.features[1]!.properties.overrides).toContain('seen on site');
    const tile = tiles.features.find(({ id }) => id === 'e1n0')!;
    expect(tile.properties).toMatchObject({
      by: 'person',
      override_by: 'person',
      override_reason: 'New houses',
    });
    const csv = directionsCsv(result);
    expect(csv).toMatch(/direction W: B to C, by AB: seen on site/);
    expect(csv).toMatch(/segment 1 of sector 45–90°: . to D, by AB/);
    expect(csv).toMatch(/tile e1n0: C to B, by person: New houses/);
    const html = reportHtml(result, { date: '2026-01-01' });
    expect(html.match(/seen on site/g)!.length).toBeGreaterThanOrEqual(2);
    await session.dispose();
  });

  it('outlive the faces of the building, and a second look at the same place', async () => {
    const session = await opened();
    await session.setBearings({ facingDeg: 32 });
    const { sectors, directions } = session.state.result!;
    expect(directions.map(({ bearingDeg }) => bearingDeg).slice(8)).toEqual([32, 122, 212, 302]);
    const face = sectors.findIndex(({ name }) => name === '122–167');
    const segment = sectors[face]!.segments[0]!;
    await session.addOverrides([
      { target: 'segment', id: `${face}:0`, from: segment.roughness, to: 'C', ...why },
    ]);
    const codes = () => session.state.result!.warnings.map(({ code }) => code);
    // Another bearing in front moves that sector in the list, but not its correction.
    await session.setBearings({ facingDeg: null, bearingsDeg: [77, 122] });
    const moved = session.state.result!;
    expect(codes()).not.toContain('override-stale');
    expect(moved.sectors.find(({ name }) => name === '122–167')!.segments[0]!.roughness).toBe('C');
    // Without the bearing the correction waits, and says so.
    await session.setBearings({ bearingsDeg: [] });
    expect(codes()).toContain('override-stale');
    await session.setBearings({ facingDeg: 32 });
    expect(codes()).not.toContain('override-stale');
    await session.dispose();
  });

  it('are tried before they are made', async () => {
    const session = await opened();
    const before = session.state.result!;
    const after = await session.tryOverrides([
      { target: 'direction', id: 'N', from: 'B', to: 'D', ...why },
    ]);
    expect(after!.governing).toBe('D');
    expect(session.state.result).toBe(before);
    await session.dispose();
  });
});

describe('a closer look', () => {
  it('is offered where a boundary tile decides, and says what it was done for', async () => {
    const session = await opened();
    // The mock answer's own verdicts are made up; these are judged.
    await session.setBearings({ facingDeg: 10 });
    await expect.poll(() => Object.keys(session.state.boundary).length).toBeGreaterThan(0);
    const offered = Object.keys(session.state.boundary);
    const result = await session.refine();
    expect(result!.refinement!.before.map(({ name }) => name)).toEqual(
      result!.directions.map(({ name }) => name).filter((name) => offered.includes(name)),
    );
    await expect.poll(() => session.state.boundary).toEqual({});
    await session.dispose();
  });
});

describe('a draft of a correction', () => {
  it('is an override only where it changes something', () => {
    const result = mockResult();
    const sector = { kind: 'sector', index: 2 } as const;
    const { segments } = result.sectors[2]!;
    const draft = { segment: 0, to: undefined, atM: undefined };
    expect(overrideOf(result, sector, draft)).toBeNull();
    const atM = segments[0]!.toM - 30;
    expect(overrideOf(result, sector, { ...draft, atM })).toEqual({
      target: 'segment',
      id: '2:0',
      from: segments[0]!.roughness,
      to: segments[0]!.roughness,
      atM,
      fromAtM: segments[0]!.toM,
    });
    const drawn = withDraft(segments, { ...draft, atM });
    expect([drawn[0]!.toM, drawn[1]!.fromM]).toEqual([atM, atM]);
    const north = { kind: 'direction', name: 'N' } as const;
    const { exposure } = result.directions[0]!;
    expect(overrideOf(result, north, { ...draft, to: exposure })).toBeNull();
  });
});
