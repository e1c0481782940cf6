/** What the page loads once there are tiles to label: keys on the map, and the card's part. */
import './tile-label.ts';

export { labelsOf, releaseLabels } from './labels-of.ts';
