import type { SiteResult } from '../analysis/site-result.ts';
import { exposureDistancesFt } from '../exposure/distances.ts';
import { encodePng } from './encode-png.ts';
import { escapeXml, figureToSvg } from './figure-to-svg.ts';
import { mapFigure } from './map-figure.ts';
import { reportContent } from './report-content.ts';
import type { ReportAbout } from './report-content.ts';
import { roseFigure } from './rose.ts';
import { stripFigure } from './strip-figure.ts';
import { tileMosaic } from './tile-mosaic.ts';

const WIDTH = 520;

/** The report as one HTML file that needs nothing beside it and prints on paper. */
export function reportHtml(result: SiteResult, about: ReportAbout): string {
  const content = reportContent(result, about);
  const { site, settings, directions } = result;
  const mosaic = tileMosaic(result, about.pictures ?? new Map());
  const picture = mosaic ? `data:image/png;base64,${base64(encodePng(mosaic.image))}` : undefined;
  const rose = roseFigure({ ...result, lookOutM: settings.lookOutM }, 300);
  const map = mapFigure({ result, side: WIDTH, picture: mosaic });
  const distancesFt = exposureDistancesFt(site.heightFt, settings.edition);
  const strips = directions.map((direction, i) => {
    const strip = stripFigure({ direction, distancesFt, width: WIDTH });
    const { heading, lines } = content.directions[i]!;
    return `<article><h3>${t(heading)}</h3>${figureToSvg(strip)}${lines.map((line) => `<p>${t(line)}</p>`).join('')}</article>`;
  });
  const facts = content.facts.map(([label, value]) => `<dt>${t(label)}</dt><dd>${t(value)}</dd>`);
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${t(cell)}</${tag}>`).join('')}</tr>`;
  const paper = about.paper === 'a4' ? 'A4' : 'letter';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t(`${content.title} – ${site.name ?? `${site.lat}, ${site.lng}`}`)}</title>
<style>${STYLE}@page{size:${paper};margin:16mm}</style>
</head>
<body>
<header><h1>${t(content.title)}</h1><p class="answer"><b>${content.governing}</b>${t(content.governingText)}</p></header>
<dl>${facts.join('')}</dl>
<section class="split"><div>${figureToSvg(rose)}</div></section>
<section><table><thead>${cells(content.table.head, 'th')}</thead><tbody>${content.table.rows.map((row) => cells(row, 'td')).join('')}</tbody></table><p class="note">${t(content.tableNote)}</p></section>
<section><h2>Map</h2>${figureToSvg(map, picture)}<p class="note">${t(result.imagery.attribution)}</p></section>
<section><h2>Fetch by direction</h2>${strips.join('')}</section>
${list('Sensitivity', content.sensitivity)}
${list('Overrides by hand', content.overrides, 'None.')}
${list('Noted while analysing', content.warnings, 'Nothing.')}
${list('Limits of the method', content.limits)}
<section><h2>Clauses</h2><dl>${content.clauses.map(([clause, text]) => `<dt>${t(clause)}</dt><dd>${t(text)}</dd>`).join('')}</dl></section>
<footer>${t(content.footer)}</footer>
</body>
</html>
`;
}

const t = escapeXml;

function list(heading: string, items: readonly string[], none = ''): string {
  const body =
    items.length > 0
      ? `<ul>${items.map((item) => `<li>${t(item)}</li>`).join('')}</ul>`
      : `<p>${none}</p>`;
  return `<section><h2>${heading}</h2>${body}</section>`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}

const STYLE =
  'body{font:10.5pt/1.45 Helvetica,Arial,sans-serif;color:#111;max-width:190mm;margin:0 auto;padding:6mm}' +
  'h1{font-size:17pt;margin:0 0 2mm}h2{font-size:12.5pt;margin:7mm 0 2mm;border-bottom:1px solid #999}' +
  'h3{font-size:10.5pt;margin:4mm 0 1mm}article,table,svg{break-inside:avoid}svg{width:100%;height:auto}' +
  '.answer{display:flex;gap:4mm;align-items:center}.answer b{font-size:26pt;border:2px solid #111;padding:0 4mm}' +
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.6mm 5mm;margin:3mm 0}dt{font-weight:700}' +
  'dd{margin:0;overflow-wrap:anywhere}.split div{max-width:110mm;margin:auto}' +
  'table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:1mm 1.6mm;text-align:left}' +
  'thead{background:#eee}.note,footer{font-size:8.5pt;color:#444}p{margin:1mm 0}';
