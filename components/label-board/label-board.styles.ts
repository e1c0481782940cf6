import { css } from 'lit';

export const boardStyles = css`
  :host {
    display: block;
  }
  .pane {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 14px;
    padding: 4px 20px 20px;
  }
  .summary {
    display: flex;
    align-items: center;
    gap: 2px;
  }
  h2 {
    flex: none;
    margin: 0;
    font-size: 16px;
    font-weight: 650;
  }
  .notice {
    flex: 1;
    margin: 0 6px;
    text-align: right;
    overflow-wrap: anywhere;
  }
  .notice.trouble {
    font-weight: 600;
  }
  .notice svg {
    vertical-align: -3px;
  }
  .redo svg {
    transform: scaleX(-1);
  }
  .balance {
    display: flex;
    gap: 2px;
    min-height: 22px;
    margin: -6px 0 0;
    padding: 0;
    list-style: none;
    background: var(--_sunken);
    border-radius: 6px;
    overflow: hidden;
    font-size: 12px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .balance[hidden] {
    display: none;
  }
  .balance li {
    flex-basis: auto;
    min-width: max-content;
    padding: 2px 8px;
    background: var(--_unknown);
    color: var(--_unknown-ink);
  }
  .balance .b {
    background: var(--_b);
    color: var(--_b-ink);
  }
  .balance .c {
    background: var(--_c);
    color: var(--_c-ink);
  }
  .balance .d {
    background: var(--_d);
    color: var(--_d-ink);
  }
  .judging {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    margin: 0;
  }
  .alert {
    display: flex;
    gap: 8px;
    margin: 0;
    padding: 9px 10px;
    border: 1px solid var(--_warn-line);
    border-radius: var(--_radius-small);
    background: var(--_warn-surface);
  }
  [role='tablist'] {
    display: flex;
    gap: 4px;
    border-bottom: 1px solid var(--_line);
  }
  [role='tab'] {
    padding: 7px 10px;
    border: 0;
    border-bottom: 2px solid transparent;
    background: none;
    color: var(--_muted);
    font-weight: 550;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--_ink);
    color: var(--_ink);
  }
  .train {
    display: grid;
    gap: 6px;
    justify-items: start;
  }
  .train p,
  .storage p {
    margin: 0;
  }
  .storage {
    border-top: 1px solid var(--_line);
    padding-top: 12px;
  }
  .storage summary {
    cursor: pointer;
    font-weight: 550;
  }
  .storage > * + * {
    margin-top: 8px;
  }
  label {
    display: block;
  }
  @media (max-width: 720px) {
    .pane {
      padding: 2px 16px 18px;
    }
  }
`;
