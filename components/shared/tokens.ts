import { css } from 'lit';

/**
 * Colours, type and spacing. `--upwind-*` may be set by the host page; `--_*` is what the elements
 * read. `light-dark()` follows the inherited `color-scheme`. B, C and D differ in lightness as well
 * as in hue, so that they stay apart for every common kind of colour vision; letter and hatch say
 * it again.
 */
export const tokens = css`
  :host {
    --_b: var(--upwind-b, light-dark(#1f7f61, #45b591));
    --_b-ink: var(--upwind-b-ink, light-dark(#ffffff, #03160f));
    --_c: var(--upwind-c, light-dark(#f2b632, #f4bf4a));
    --_c-ink: var(--upwind-c-ink, #2b1d02);
    --_d: var(--upwind-d, light-dark(#27479f, #6687e6));
    --_d-ink: var(--upwind-d-ink, light-dark(#ffffff, #050d24));
    --_unknown: var(--upwind-unknown, light-dark(#a7b1bb, #5c6772));
    --_unknown-ink: light-dark(#1c2530, #eef2f5);

    --_surface: var(--upwind-surface, light-dark(#ffffff, #151a20));
    --_sunken: var(--upwind-sunken, light-dark(#f4f6f8, #0f1318));
    --_raised: light-dark(#ffffff, #1e252d);
    --_hover: light-dark(#eef1f4, #232b34);
    --_line: var(--upwind-line, light-dark(#e2e7ec, #2a333d));
    --_line-strong: light-dark(#848f9a, #6c7884);
    --_ink: var(--upwind-ink, light-dark(#141c25, #e9eef3));
    --_muted: var(--upwind-muted, light-dark(#56626f, #9eabb8));
    --_accent: var(--upwind-accent, light-dark(#18212b, #eef2f6));
    --_accent-ink: var(--upwind-accent-ink, light-dark(#ffffff, #10151b));
    --_focus: var(--upwind-focus, light-dark(#7a3fd1, #b794ff));
    --_danger: light-dark(#b3261e, #ff8a80);
    --_warn-surface: light-dark(#fff6e0, #2d2413);
    --_warn-line: light-dark(#efd9a3, #55431c);
    --_shadow: 0 1px 2px rgb(10 20 30 / 0.08), 0 8px 28px rgb(10 20 30 / 0.16);

    --_radius: 14px;
    --_radius-small: 8px;
    --_font: var(
      --upwind-font,
      -apple-system,
      'Segoe UI',
      Roboto,
      Inter,
      'Helvetica Neue',
      Arial,
      sans-serif
    );
    font-family: var(--_font);
    font-size: 13px;
    line-height: 1.45;
    color: var(--_ink);
    -webkit-font-smoothing: antialiased;
  }
`;

/** Habits that every element shares: box model, focus ring, controls, quiet text. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    cursor: pointer;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 34px;
    padding: 0 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    font-weight: 550;
    white-space: nowrap;
    transition: background-color 0.12s;
  }
  .button:hover {
    background: var(--_hover);
  }
  .button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  .button.primary {
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_accent-ink);
  }
  .button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--_accent) 86%, var(--_surface));
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
  }
  .button.quiet:hover {
    background: var(--_hover);
  }
  .button.icon {
    width: 34px;
    padding: 0;
  }
  .field {
    width: 100%;
    min-height: 34px;
    padding: 0 10px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_raised);
  }
  .field::placeholder {
    color: var(--_muted);
    opacity: 1;
  }
  select.field {
    padding-right: 4px;
  }
  .field[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  .muted {
    color: var(--_muted);
  }
  .small {
    font-size: 12px;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .error {
    margin: 6px 0 0;
    color: var(--_danger);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .chip {
    display: inline-grid;
    place-items: center;
    min-width: 22px;
    height: 22px;
    padding: 0 5px;
    border-radius: 6px;
    font-weight: 700;
    background: var(--_unknown);
    color: var(--_unknown-ink);
  }
  .chip.b {
    background: var(--_b);
    color: var(--_b-ink);
  }
  .chip.c {
    background: var(--_c);
    color: var(--_c-ink);
  }
  .chip.d {
    background: var(--_d);
    color: var(--_d-ink);
  }
  svg.icon {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      /* None at all: with the shortest there is, whatever changes would be measured as it was before. */
      transition-duration: 0s !important;
      scroll-behavior: auto !important;
    }
  }
`;
