// Draws the icons of the installed app: public/icons/*.png.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';

const OUT = resolve(import.meta.dirname, '../public/icons');

/** The building with the wind's arcs in front of it; `inset` keeps a maskable icon's edge free. */
const icon = (radius, inset) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
  <rect width="24" height="24" rx="${radius}" fill="#18212b"/>
  <g transform="translate(12 12) scale(${inset}) translate(-12 -12)">
    <path d="M13 20v-7l4-3 4 3v7Z" fill="#fff"/>
    <g fill="none" stroke-width="2.2" stroke-linecap="round">
      <path d="M3 7.5h7.4a2.2 2.2 0 1 0-2-2.8" stroke="#45b591"/>
      <path d="M3 12h6.4" stroke="#f4bf4a"/>
      <path d="M3 16.5h6" stroke="#6687e6"/>
    </g>
  </g>
</svg>`;

mkdirSync(OUT, { recursive: true });
for (const [name, size, radius, inset] of [
  ['icon-192', 192, 5, 0.94],
  ['icon-512', 512, 5, 0.94],
  ['icon-maskable-512', 512, 0, 0.66],
]) {
  await sharp(Buffer.from(icon(radius, inset)), { density: (72 * size) / 24 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: true })
    .toFile(`${OUT}/${name}.png`);
}
