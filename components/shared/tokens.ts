import { css } from 'lit';

/**
 * Colours, type and spacing, as custom properties that cross shadow boundaries. Elements used
 * outside the page find the same values here. B, C and D differ in lightness as well as in hue,
 * so that they stay apart for every common kind of colour vision; letter and hatch say it again.
 */
export const tokens = css`
  :host {
    --up-b: #17735a;
    --up-b-ink: #ffffff;
    --up-c: #f2b632;
    --up-c-ink: #33240a;
    --up-d: #3c63c9;
    --up-d-ink: #ffffff;
  }
`;
