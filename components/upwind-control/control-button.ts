/** Attributes of the drawing: a building with the wind's arcs in front of it. */
const PATHS: readonly Record<string, string>[] = [
  { d: 'M14 21v-8.2l4-3.3 4 3.3V21Z', fill: 'currentColor' },
  { d: 'M2 5.5h9.2a2.6 2.6 0 1 0-2.5-3.2', stroke: '#1f7f61' },
  { d: 'M2 11h8', stroke: '#d99b12' },
  { d: 'M2 16.5h7.4', stroke: '#27479f' },
];
const SVG = 'http://www.w3.org/2000/svg';

/** The button on the host's map, in the look of MapLibre's own. */
export function controlButton(label: string, onPress: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'upwind-control-button';
  button.title = label;
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-expanded', 'false');
  // MapLibre's buttons are white in every colour scheme.
  button.style.color = '#333';
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({
    viewBox: '0 0 24 24',
    width: '20',
    height: '20',
    fill: 'none',
    'stroke-width': '2.4',
    'stroke-linecap': 'round',
    'aria-hidden': 'true',
  })) {
    svg.setAttribute(name, value);
  }
  Object.assign(svg.style, { display: 'block', margin: 'auto' });
  for (const attributes of PATHS) {
    const path = document.createElementNS(SVG, 'path');
    for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
    svg.append(path);
  }
  button.append(svg);
  button.addEventListener('click', onPress);
  return button;
}
