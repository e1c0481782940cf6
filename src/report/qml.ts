import { FILL } from './palette.ts';

const QML_PATTERN: Readonly<Record<string, string>> = {
  B: 'dense4',
  C: 'b_diagonal',
  D: 'horizontal',
};

/**
 * QGIS style for one of the two GeoJSON files; saved beside it under the same name with `.qml`,
 * QGIS applies it on opening. Categories have a colour, a pattern and their letter.
 * @param property `roughness` for tiles, `exposure` for sectors
 */
export function qgisStyle(property: 'roughness' | 'exposure'): string {
  const kinds = ['B', 'C', 'D', ''] as const;
  const categories = kinds.map(
    (kind, i) =>
      `<category symbol="${i}" value="${kind}" label="${kind || 'not known'}" render="true"/>`,
  );
  const symbols = kinds.map((kind, i) => {
    const colour = rgba(FILL[kind || 'unknown']);
    const pattern = QML_PATTERN[kind] ?? 'diagonal_x';
    return (
      `<symbol type="fill" name="${i}" alpha="0.6">${fillLayer(colour, 'solid', 0.35)}` +
      `${fillLayer(colour, pattern, 1)}</symbol>`
    );
  });
  return `<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis styleCategories="Symbology|Labeling">
<renderer-v2 type="categorizedSymbol" attr="${property}" enableorderby="0">
<categories>${categories.join('')}</categories>
<symbols>${symbols.join('')}</symbols>
</renderer-v2>
<labeling type="simple"><settings><text-style fieldName="coalesce(&quot;${property}&quot;, '?')" isExpression="1" fontSize="9" fontWeight="75" textColor="0,0,0,255"><text-buffer bufferDraw="1" bufferSize="1" bufferColor="255,255,255,255"/></text-style><placement placement="1"/></settings></labeling>
</qgis>
`;
}

function fillLayer(colour: string, style: string, opacity: number): string {
  const option = (name: string, value: string): string =>
    `<Option type="QString" name="${name}" value="${value}"/>`;
  const alpha = Math.round(255 * opacity);
  return (
    `<layer class="SimpleFill" enabled="1" pass="0" locked="0"><Option type="Map">` +
    option('color', `${colour},${alpha}`) +
    option('style', style) +
    option('outline_color', `${colour},255`) +
    option('outline_style', 'solid') +
    option('outline_width', '0.3') +
    option('outline_width_unit', 'MM') +
    `</Option></layer>`
  );
}

const rgba = (hex: string): string =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(',');
