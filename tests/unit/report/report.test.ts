import { execFileSync } from 'node:child_process';
import { PDFDocument } from 'pdf-lib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../../src/imagery/patch.ts';
import { encodePng } from '../../../src/report/encode-png.ts';
import { hatchLines } from '../../../src/report/figure.ts';
import { reportHtml } from '../../../src/report/report-html.ts';
import { reportPdf } from '../../../src/report/report-pdf.ts';
import { drawRose } from '../../../src/report/rose.ts';
import { tileMosaic } from '../../../src/report/tile-mosaic.ts';
import { toWinAnsi } from '../../../src/report/win-ansi.ts';
import { assessedResult } from '../../support/assessed.ts';

const plain = (side: number, colour: readonly number[]): RgbImage => ({
  width: side,
  height: side,
  rgb: Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]!),
});
const result = assessedResult({
  extraBearingsDeg: [32, 122, 212, 302],
  overrides: [
    { target: 'tile', id: 'e1n1', from: 'B', to: 'C', reason: 'cleared <2025>', by: 'AB' },
  ],
});
const pictures = new Map(
  result.tiles
    .filter(({ missing }) => missing === null)
    .map(({ id }, i) => [id, plain(8, [i, 255 - i, 90])] as const),
);
const about = {
  date: '2026-03-01',
  project: 'Hangar <7> & Łódź 日本',
  engineer: 'A. Ångström',
  pictures,
};

/** Words of a PDF, by poppler where it is installed. */
function wordsOf(pdf: Uint8Array): string | null {
  try {
    return execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf }).toString();
  } catch {
    return null;
  }
}

describe('reportPdf', () => {
  it('is the same bytes for the same result, whatever the clock says', async () => {
    const first = await reportPdf(result, about);
    await new Promise((done) => setTimeout(done, 1100));
    expect(Buffer.compare(first, await reportPdf(structuredClone(result), about))).toBe(0);
  });

  it('opens, on the paper asked for, with the date given', async () => {
    for (const [paper, width] of [
      ['letter', 612],
      ['a4', 595.28],
    ] as const) {
      const document = await PDFDocument.load(await reportPdf(result, { ...about, paper }), {
        updateMetadata: false,
      });
      expect(document.getPageCount()).toBeGreaterThanOrEqual(4);
      expect(document.getPage(0).getWidth()).toBeCloseTo(width, 2);
      expect(document.getCreationDate()?.toISOString()).toBe('2026-03-01T00:00:00.000Z');
    }
  });

  it('says what an engineer files', async ({ skip }) => {
    const words = wordsOf(await reportPdf(result, about));
    if (words === null) return skip('pdftotext is not installed');
    for (const { name, exposure } of result.directions) {
      expect(words).toContain(`${name}: exposure ${exposure} (clause 26.7.3)`);
    }
    expect(words).toContain('Hangar <7> & Lódz ?');
    expect(words).toContain('shown as “?”; report.html has them');
    const settable = wordsOf(await reportPdf(result, { ...about, project: 'Halle & Łódź?' }));
    expect(settable).not.toContain('shown as');
    expect(words).toContain('A. Ångström');
    expect(words).toContain(result.model.sha256);
    expect(words).toContain(result.imagery.attribution);
    expect(words).toContain('SYNTHETIC');
    expect(words).toContain('tile e1n1: B to C, by AB: cleared <2025>');
    expect(words).toMatch(/verified against public quotations/);
    expect(words).toMatch(/Page 1 of \d/);
  });

  it('takes long words, many directions and odd dates', async () => {
    const many = {
      ...result,
      directions: Array.from({ length: 60 }, (_, i) => result.directions[i % 12]!),
    };
    const long = { date: 'soon', project: 'x'.repeat(900), engineer: 'ก'.repeat(50) };
    const document = await PDFDocument.load(await reportPdf(many, long));
    expect(document.getPageCount()).toBeGreaterThan(10);
  });
});

describe('reportHtml', () => {
  const html = reportHtml(result, about);

  it('stands alone and escapes what people typed', () => {
    expect(html).toContain('Hangar &#60;7&#62; &#38; Łódź 日本');
    expect(html).toContain('cleared &#60;2025&#62;');
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).not.toMatch(/<script|@import|url\(/);
    expect(html).toContain('data:image/png;base64,');
  });

  it('says the same as the result', () => {
    for (const { name, exposure } of result.directions) {
      expect(html).toContain(`<h3>${name}: exposure ${exposure} (clause 26.7.3)</h3>`);
    }
    expect(html).toContain('B 0.15 to 0.7 m, C 0.01 to 0.15 m, D under 0.01 m');
    expect(reportHtml(structuredClone(result), about)).toBe(html);
  });

  it('does not call an answer governing that ground not seen could make worse', () => {
    const directions = result.directions.map((direction) => ({
      ...direction,
      exposure: 'C' as const,
      exposureStrict: 'D' as const,
    }));
    const of = (undetermined: boolean, ...others: ('B' | 'D')[]) =>
      reportHtml(
        {
          ...result,
          governing: 'C',
          directions: directions.map((direction) => ({
            ...direction,
            undetermined,
            notExcluded: others.map((exposure) => ({ exposure, tileIds: [], fromM: 0 })),
          })),
        },
        about,
      );
    expect(of(false)).toContain('Exposure C governs, from N,');
    expect(of(true, 'D')).toContain('At least exposure C, from N,');
    expect(of(true, 'D')).toContain('; ground not seen could make it D.');
    // It is no least category either, where ground not seen could make it milder all round.
    expect(of(true, 'B', 'D')).toContain('Exposure C for the ground seen, from N,');
    expect(of(true, 'B', 'D')).toContain('; ground not seen could make it B or D.');
  });
});

describe('figures', () => {
  it('draws the rose to scale, north up and clockwise', () => {
    const rose = drawRose({ ...result, lookOutM: 1000 }, 100);
    expect(rose.sectorLabels.map(({ text }) => text)).toEqual(
      result.sectors.slice(0, 8).map(({ exposure }) => exposure),
    );
    const [north, , east] = rose.directions;
    expect(north!.tick[0][0]).toBeCloseTo(0, 9);
    expect(north!.tick[0][1]).toBeCloseTo(-100, 9);
    expect(east!.tick[0][0]).toBeCloseTo(100, 9);
    for (const { sector, segment, points } of rose.wedges) {
      const { fromM, toM } = result.sectors[sector]!.segments[segment]!;
      const radii = points.map(([x, y]) => Math.hypot(x, y));
      expect(Math.max(...radii)).toBeCloseTo(toM / 10, 6);
      expect(Math.min(...radii)).toBeCloseTo(fromM / 10, 6);
    }
  });

  it('hatches inside the polygon only, concave ones too', () => {
    const u = [
      [0, 0],
      [30, 0],
      [30, 30],
      [20, 30],
      [20, 10],
      [10, 10],
      [10, 30],
      [0, 30],
    ] as const;
    const lines = hatchLines(u, { angleDeg: 0, gap: 4 });
    // y = 4 and 8 cross the foot whole; 12 to 28 cross both arms; y = 0 is the edge itself.
    expect(lines.filter(([[, y]]) => y === 8)).toEqual([
      [
        [0, 8],
        [30, 8],
      ],
    ]);
    expect(lines.filter(([[, y]]) => y === 12)).toEqual([
      [
        [0, 12],
        [10, 12],
      ],
      [
        [20, 12],
        [30, 12],
      ],
    ]);
  });

  it('puts each tile of the mosaic at its place, white where there is none', async () => {
    const mosaic = tileMosaic(result, pictures)!;
    const { data, info } = await sharp(encodePng(mosaic.image))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: mosaic.image.width, channels: 3 });
    const pixel = (eastM: number, northM: number) => {
      const scale = info.width / mosaic.sizeM;
      const x = Math.floor((eastM - mosaic.westM) * scale);
      const y = Math.floor((mosaic.northM - northM) * scale);
      return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
    };
    for (const tile of result.tiles) {
      const picture = pictures.get(tile.id);
      expect(pixel(tile.eastM, tile.northM)).toEqual(
        picture ? [...picture.rgb.subarray(0, 3)] : [255, 255, 255],
      );
    }
    expect(tileMosaic(result, new Map())).toBeNull();
  });

  it('writes what the standard fonts can set', () => {
    expect(toWinAnsi('−5 ≤ α → “x” – 3 m²')).toBe('-5 <= alpha -> “x” – 3 m²');
    expect(toWinAnsi('Őskű 東京 Ω')).toBe('Osku ? ?');
    expect(toWinAnsi('a\tb\nc')).toBe('a b c');
  });
});
