import { css } from 'lit';

export const resultPanelStyles = css`
  :host {
    display: grid;
    gap: 14px;
  }
  h2,
  h3,
  p,
  ul {
    margin: 0;
  }
  h2 {
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  h3 {
    margin-bottom: 6px;
    font-size: 12px;
    font-weight: 600;
    color: var(--_muted);
  }
  .headline {
    display: grid;
    grid-template-columns: auto 1fr auto;
    gap: 12px;
    align-items: start;
  }
  .headline p {
    font-size: 12.5px;
  }
  .chip.letter {
    width: 46px;
    height: 46px;
    border-radius: 11px;
    font-size: 25px;
  }
  upwind-rose {
    max-width: 340px;
    width: 100%;
    margin: -2px auto;
  }
  .trouble {
    padding: 12px 14px;
    border: 1px solid var(--_danger);
    border-radius: 10px;
  }
  .trouble h2 {
    font-size: 14px;
  }
  .stale {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px 6px 6px 11px;
    border: 1px solid var(--_warn-line);
    border-radius: 10px;
    background: var(--_warn-surface);
  }
  .stale span {
    flex: 1;
  }
  .notices ul {
    display: grid;
    gap: 6px;
    padding: 0;
    list-style: none;
  }
  .notices li {
    display: flex;
    gap: 8px;
    font-size: 12.5px;
  }
  .notices svg {
    margin-top: 1px;
    color: var(--_muted);
  }
  .key {
    display: grid;
    gap: 8px;
    padding: 0;
    list-style: none;
  }
  .key li {
    display: flex;
    align-items: center;
    gap: 9px;
  }
`;
