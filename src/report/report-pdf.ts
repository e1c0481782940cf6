import { PDFDocument } from 'pdf-lib';
import type { SiteResult } from '../analysis/site-result.ts';
import { exposureDistancesFt } from '../exposure/distances.ts';
import { encodePng } from './encode-png.ts';
import { mapFigure } from './map-figure.ts';
import { PdfSheet } from './pdf-sheet.ts';
import { reportContent } from './report-content.ts';
import type { ReportAbout } from './report-content.ts';
import { ROSE_RATIO, roseFigure } from './rose.ts';
import { stripFigure } from './strip-figure.ts';
import { tileMosaic } from './tile-mosaic.ts';
import { losesLetters } from './win-ansi.ts';

/** Room that a heading takes [pt]. */
const HEADING_ROOM = 34;
const MAP_SIDE = 500;
const COLUMNS = [13, 8, 11, 9, 7, 15, 8, 29];

/**
 * The report for a calculation package, in browser and Node alike: title block, answer, rose, table
 * of directions, map, fetch strips with reasons, sensitivity, overrides, limits and clauses. Equal
 * results and words give equal bytes.
 * @returns the bytes of the PDF
 */
export async function reportPdf(result: SiteResult, about: ReportAbout): Promise<Uint8Array> {
  const content = reportContent(result, about);
  const { site, settings, directions, imagery } = result;
  const document = await PDFDocument.create({ updateMetadata: false });
  describe(document, result, about);
  const sheet = await PdfSheet.open(document, {
    paper: about.paper ?? 'letter',
    footer: content.footer,
  });

  sheet.text(content.title, { size: 17, bold: true, after: 4 });
  sheet.headline(content.governing, content.governingText);
  sheet.facts(content.facts, { framed: true, size: 9 });
  if (losesLetters(JSON.stringify(content))) {
    sheet.text('Letters that the fonts of this PDF lack are shown as “?”; report.html has them.', {
      size: 8,
    });
  }
  sheet.space(6);
  sheet.table(content.table.head, content.table.rows, COLUMNS);
  sheet.text(content.tableNote, { size: 8, after: 4 });

  // Beside the table where it still fits a little smaller, on the next page at full size otherwise.
  const full = sheet.width * 0.62;
  const fits = (sheet.room - HEADING_ROOM) / ROSE_RATIO;
  const roseWidth = fits > (directions.length > 8 ? 0.6 : 0.5) * full ? Math.min(full, fits) : full;
  const rose = roseFigure({ ...result, lookOutM: settings.lookOutM }, roseWidth);
  sheet.need(rose.height + HEADING_ROOM);
  sheet.heading('Rose: roughness along the fetch, exposure by sector and direction');
  sheet.figure(rose, { left: (sheet.width - rose.width) / 2 });

  const mosaic = tileMosaic(result, about.pictures ?? new Map());
  const picture = mosaic ? await document.embedPng(encodePng(mosaic.image)) : undefined;
  const side = Math.min(sheet.width, MAP_SIDE);
  sheet.need(side + HEADING_ROOM + 20);
  sheet.heading('Map of the tiles and sectors');
  const map = mapFigure({ result, side, picture: mosaic });
  sheet.figure(map, { picture, left: (sheet.width - side) / 2 });
  sheet.space(6);
  sheet.text(
    `B, C, D: roughness of the tile; * set by hand; ? not known, hatched. Imagery: ${imagery.attribution || imagery.name}${mosaic ? '' : ' (pictures not kept with this result)'}.`,
    { size: 8 },
  );

  sheet.newPage();
  sheet.heading('Fetch by direction, from the site outward');
  const distancesFt = exposureDistancesFt(site.heightFt, settings.edition);
  directions.forEach((direction, i) => {
    const strip = stripFigure({ direction, distancesFt, width: sheet.width });
    const { heading, lines } = content.directions[i]!;
    sheet.need(strip.height + 60);
    sheet.text(heading, { bold: true, size: 10, after: 2 });
    sheet.figure(strip);
    sheet.space(3);
    for (const line of lines) sheet.text(line, { size: 8.5 });
    sheet.space(8);
  });

  sheet.heading('Sensitivity');
  sheet.list(content.sensitivity, '');
  sheet.heading('Overrides by hand');
  sheet.list(content.overrides, 'None.');
  sheet.heading('Noted while analysing');
  sheet.list(content.warnings, 'Nothing.');
  sheet.heading('Limits of the method');
  sheet.list(content.limits, '');
  sheet.heading('Clauses');
  sheet.facts(content.clauses, { label: 84, size: 9 });
  sheet.close();
  return document.save();
}

/** Document properties; the dates are the report's, so that the clock leaves no trace. */
function describe(document: PDFDocument, { site, software }: SiteResult, about: ReportAbout): void {
  const place = site.name ?? `${site.lat}, ${site.lng}`;
  const day = new Date(`${about.date.slice(0, 10)}T00:00:00Z`);
  document.setTitle(`Wind exposure category by direction: ${place}`);
  document.setAuthor(about.engineer ?? '');
  document.setSubject(about.project ?? '');
  document.setCreator(`${software.name} ${software.version}`);
  document.setProducer('pdf-lib');
  if (Number.isNaN(day.getTime())) return;
  document.setCreationDate(day);
  document.setModificationDate(day);
}
