/* global maplibregl */
import { UpwindControl } from 'upwind/maplibre';

// The map of the page, whatever it shows.
const map = new maplibregl.Map({
  container: 'map',
  style: {
    version: 8,
    sources: {},
    layers: [{ id: 'ground', type: 'background', paint: { 'background-color': '#9fb09a' } }],
  },
  center: [-125, 41],
  zoom: 13,
});

const control = new UpwindControl({ height: '25ft', imagery: 'demo', directions: [20] });
map.addControl(control, 'top-right');

control.on('result', ({ result }) => {
  document.title = `Exposure ${result.governing} governs`;
});
control.analyse([-125, 41]);
