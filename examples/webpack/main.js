import maplibregl from 'maplibre-gl';
import { UpwindControl } from 'upwind/maplibre';

const map = new maplibregl.Map({
  container: 'map',
  style: { version: 8, sources: {}, layers: [] },
  center: [-125, 41],
  zoom: 13,
});
const control = new UpwindControl({ height: '25ft', imagery: 'demo' });
map.addControl(control, 'top-left');
control.on('result', ({ result }) => {
  document.title = `Exposure ${result.governing} governs`;
});
control.analyse({ lng: -125, lat: 41 });
