import { css } from 'lit';

/** What the parts of the training panel share. */
export const trainStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  h3 {
    margin: 0 0 8px;
    font-size: 14px;
    font-weight: 650;
  }
  h4 {
    margin: 14px 0 6px;
    font-size: 12px;
    font-weight: 600;
    color: var(--_muted);
  }
  p {
    margin: 6px 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .end {
    margin-inline-start: auto;
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  .pair.wide {
    width: 100%;
    text-align: start;
  }
  .drop .buttons {
    flex-wrap: wrap;
    justify-content: center;
  }
  label.button {
    margin: 0;
    font-size: inherit;
    color: inherit;
    position: relative;
  }
  label.button:focus-within {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    padding: 4px 6px;
    font-size: 12px;
    font-weight: 500;
    color: var(--_muted);
    text-align: end;
  }
  th:first-child {
    text-align: start;
  }
  td {
    padding: 4px 6px;
    text-align: end;
  }
  tbody tr {
    border-top: 1px solid var(--_line);
  }
  td.none {
    color: var(--_danger);
    font-weight: 700;
  }
  .scroll-x {
    overflow-x: auto;
  }
  .examples {
    display: grid;
    grid-template-columns: 24px repeat(5, 1fr);
    gap: 6px;
    align-items: center;
    margin-top: 6px;
  }
  .skipped {
    margin-top: 8px;
  }
  .skipped summary {
    cursor: pointer;
  }
  .skipped ul {
    max-height: 160px;
    margin: 6px 0 0;
    padding-inline-start: 18px;
    overflow: auto;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  .progress {
    display: grid;
    gap: 4px;
    margin: 8px 0;
  }
  progress {
    width: 100%;
    height: 8px;
    accent-color: var(--_focus);
  }
  .question {
    display: grid;
    gap: 8px;
    padding: 10px;
    border-radius: var(--_radius-small);
    background: var(--_sunken);
  }
  svg.icon {
    vertical-align: -3px;
  }
  .hint svg.icon {
    width: 13px;
    height: 13px;
    vertical-align: -2px;
  }
  .settings {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px;
  }
  .settings .whole {
    grid-column: 1 / -1;
  }
  .was {
    float: inline-end;
    font-weight: 400;
  }
  .presets {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 6px;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .presets label {
    display: grid;
    gap: 2px;
    align-content: start;
    margin: 0;
    padding: 8px 10px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    color: var(--_ink);
    font-size: 12px;
    font-weight: 400;
    cursor: pointer;
  }
  .presets label:has(:checked) {
    border-color: var(--_focus);
    box-shadow: inset 0 0 0 1px var(--_focus);
  }
  .presets label:focus-within {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  .presets strong {
    font-size: 13px;
  }
  details.box {
    border-top: 1px solid var(--_line);
  }
  details.box > summary {
    padding: 10px 0;
    font-weight: 550;
    cursor: pointer;
  }
  .estimate {
    padding: 8px 10px;
    border-radius: var(--_radius-small);
    background: var(--_sunken);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-top: 10px;
  }
  .alert {
    padding: 9px 10px;
    border: 1px solid var(--_warn-line);
    border-radius: var(--_radius-small);
    background: var(--_warn-surface);
    overflow-wrap: anywhere;
  }
  .charts {
    display: grid;
    gap: 10px;
    margin-top: 10px;
  }
  figure {
    margin: 0;
  }
  figcaption {
    display: flex;
    gap: 12px;
    font-size: 12px;
    font-weight: 600;
    color: var(--_muted);
  }
  .key {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    font-weight: 400;
  }
  .key::before {
    content: '';
    width: 16px;
    border-top: 2px solid var(--_line-strong);
  }
  .key.train::before {
    border-top-style: dashed;
  }
  .key.validation::before {
    border-top-color: var(--_focus);
  }
  .chart {
    display: block;
    width: 100%;
    height: auto;
  }
  .grid {
    stroke: var(--_line);
  }
  .tick {
    fill: var(--_muted);
    font-size: 9.5px;
  }
  .curve {
    fill: none;
    stroke-width: 1.8;
    stroke-linejoin: round;
  }
  .curve.steps {
    stroke: var(--_line-strong);
    stroke-width: 0.8;
    opacity: 0.5;
  }
  .curve.train {
    stroke: var(--_line-strong);
    stroke-dasharray: 4 3;
  }
  .curve.validation {
    stroke: var(--_focus);
  }
  .dot.train {
    fill: var(--_line-strong);
  }
  .dot.validation {
    fill: var(--_focus);
  }
  .recall {
    display: grid;
    gap: 6px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .recall li {
    display: grid;
    grid-template-columns: 24px 1fr 64px;
    gap: 8px;
    align-items: center;
  }
  .recall .number {
    text-align: end;
  }
  .bar {
    height: 10px;
    overflow: hidden;
    border-radius: 5px;
    background: var(--_sunken);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  .fill {
    display: block;
    height: 100%;
    transition: inline-size 0.2s;
  }
  .fill.b {
    background: var(--_b);
  }
  .fill.c {
    background: var(--_c);
  }
  .fill.d {
    background: var(--_d);
  }
  .confusion caption {
    padding-bottom: 4px;
    text-align: start;
  }
  .confusion td {
    text-align: center;
    border-inline-start: 1px solid var(--_line);
  }
  .confusion td.right {
    font-weight: 700;
    background: color-mix(in oklab, var(--_focus) calc(var(--share) * 0.22), transparent);
  }
  .confusion td.wrong {
    font-weight: 700;
    background: color-mix(in oklab, var(--_danger) calc(var(--share) * 0.3), transparent);
  }
  .confusion thead th {
    text-align: center;
  }
  .confusion thead th:first-child {
    text-align: start;
  }
  .verdicts {
    margin: 8px 0 0;
  }
  .verdicts div {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    padding: 3px 0;
  }
  .verdicts dd {
    margin: 0;
    font-weight: 700;
  }
  .mistakes {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 12px;
  }
  .models {
    display: grid;
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .models li {
    display: grid;
    gap: 6px;
    padding: 8px 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
  }
  .models .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .models .button {
    min-height: 30px;
    padding: 0 9px;
  }
  .better {
    font-weight: 700;
  }
  @media (max-width: 380px) {
    .presets {
      grid-template-columns: 1fr;
    }
    .settings {
      grid-template-columns: 1fr;
    }
  }
`;
