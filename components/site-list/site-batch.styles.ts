import { css } from 'lit';

export const batchStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 10px;
  }
  h3 {
    margin: 0;
    font-size: 14px;
    font-weight: 650;
  }
  p {
    margin: 0;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
    padding: 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
  }
  .what {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .phase {
    display: flex;
    gap: 6px;
    align-items: center;
    color: var(--_muted);
  }
  .phase.done {
    color: var(--_ink);
  }
  progress {
    width: 100%;
    accent-color: var(--_focus);
  }
  .facts {
    display: flex;
    justify-content: space-between;
    gap: 12px;
  }
  .current {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .lines {
    max-height: 160px;
    margin: 6px 0 0;
    padding-left: 16px;
    overflow-y: auto;
    font-size: 12px;
    color: var(--_ink);
    overflow-wrap: anywhere;
  }
  .rows {
    max-height: 190px;
    overflow: auto;
    border: 1px solid var(--_line);
    border-radius: 6px;
    scrollbar-width: thin;
  }
  .rows .hint {
    padding: 0 8px 6px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12px;
  }
  th,
  td {
    padding: 4px 8px;
    text-align: left;
    vertical-align: top;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--_sunken);
    font-weight: 600;
  }
  td:first-child {
    color: var(--_muted);
  }
  td:nth-child(3),
  td:nth-child(4) {
    white-space: nowrap;
  }
  /* A visually hidden input takes the focus; its label shows it. */
  label.button:focus-within {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  label.button {
    margin: 0;
    color: var(--_ink);
    font-size: 13px;
  }
`;
