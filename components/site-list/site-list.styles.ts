import { css } from 'lit';

export const listStyles = css`
  :host {
    display: block;
  }
  .pane {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 14px;
    padding: 4px 18px 18px;
  }
  p {
    margin: 0;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  h2 {
    flex: 1;
    margin: 0;
    font-size: 16px;
    font-weight: 650;
    outline: none;
  }
  .alert,
  .undo {
    display: flex;
    gap: 8px;
    padding: 9px 10px;
    border: 1px solid var(--_warn-line);
    border-radius: var(--_radius-small);
    background: var(--_warn-surface);
  }
  .undo {
    align-items: center;
    border-color: var(--_line);
    background: var(--_sunken);
  }
  .undo span {
    flex: 1;
    overflow-wrap: anywhere;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .tools .field {
    flex: 1 0 100%;
  }
  .hint {
    flex: 1 0 100%;
    font-size: 12px;
    color: var(--_muted);
  }
  .sites {
    margin: 0;
    padding: 0;
    border-top: 1px solid var(--_line);
    list-style: none;
  }
  .sites li {
    display: grid;
    grid-template-columns: auto auto minmax(0, 1fr) auto;
    gap: 10px;
    align-items: start;
    padding: 10px 0;
    border-bottom: 1px solid var(--_line);
  }
  .sites input[type='checkbox'] {
    width: 16px;
    height: 16px;
    margin: 3px 0 0;
    accent-color: var(--_focus);
  }
  .about p {
    font-size: 12px;
    color: var(--_muted);
    overflow-wrap: anywhere;
  }
  .about p span:not(:last-child)::after {
    content: ' · ';
  }
  .about .whole {
    white-space: nowrap;
  }
  .name {
    display: block;
    max-width: 100%;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    font-weight: 600;
    text-align: left;
    overflow-wrap: anywhere;
    text-decoration: underline;
    text-decoration-color: var(--_line-strong);
    text-underline-offset: 3px;
  }
  .name:hover {
    text-decoration-color: currentColor;
  }
  .acts {
    display: flex;
  }
  .acts .button {
    min-height: 28px;
    width: 28px;
    color: var(--_muted);
  }
  .rename {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-bottom: 6px;
  }
  .rename .field {
    flex: 1 0 100%;
  }
  upwind-site-batch {
    padding-top: 4px;
  }
  @media (max-width: 720px) {
    .pane {
      padding: 2px 16px 18px;
    }
  }
`;
