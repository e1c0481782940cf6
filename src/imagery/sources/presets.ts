import type { ImagerySource } from '../image-source.ts';
import { arcgisImageSource } from './arcgis-image.ts';
import { ESRI_TERMS, PUBLIC_DOMAIN } from './terms.ts';
import { xyzSource } from './xyz.ts';

const USGS_TILES =
  'https://basemap.nationalmap.gov/arcgis/rest/services/USGSImageryOnly/MapServer/tile/{z}/{y}/{x}';
const NAIP_SERVICE =
  'https://imagery.nationalmap.gov/arcgis/rest/services/USGSNAIPPlus/ImageServer';
const ESRI_TILES =
  'https://services.arcgisonline.com/ArcGIS/rest/services/World_Imagery/MapServer/tile/{z}/{y}/{x}';

/** Cached USGS orthophotos of the US: quick on the map, 1.8 m/px at 40°. */
export const usgs = (): ImagerySource =>
  xyzSource({
    id: 'usgs',
    name: 'USGS Imagery (US)',
    template: USGS_TILES,
    maxZoom: 16,
    attribution: 'USGS The National Map: Orthoimagery',
    terms: PUBLIC_DOMAIN,
  });

/** National Agriculture Imagery Program, exported tile by tile: 0.15–1 m/px. */
export const naip = (): ImagerySource =>
  arcgisImageSource({
    id: 'naip',
    name: 'USGS NAIP Plus (US)',
    url: NAIP_SERVICE,
    attribution: 'USGS The National Map: NAIP Plus; USDA Farm Production and Conservation',
    terms: PUBLIC_DOMAIN,
    mapTiles: usgs().mapTiles,
  });

/** Esri World Imagery, for those who choose it. `blankTile=false` turns its "not yet available" picture into a 404. */
export const esri = (): ImagerySource =>
  xyzSource({
    id: 'esri',
    name: 'Esri World Imagery',
    template: `${ESRI_TILES}?blankTile=false`,
    maxZoom: 19,
    attribution: 'Esri, Maxar, Earthstar Geographics, and the GIS User Community',
    terms: ESRI_TERMS,
  });

/** Sources known by name, the default for capture first. */
export const PRESETS: Readonly<Record<string, () => ImagerySource>> = { naip, usgs, esri };
