import { html, nothing } from 'lit';
import type { SavedSite } from '../../src/platform/browser/site-db.ts';
import type { LengthUnit } from '../shared/format.ts';
import { heightWords, placeText } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { momentText, t } from '../shared/localize.ts';
import { chip, readingText } from './site-compare.ts';

/** How an entry of the list stands, and what its controls do. */
export interface EntryOptions {
  unit: LengthUnit;
  chosen: boolean;
  renaming: boolean;
  onChoose(on: boolean): void;
  onOpen(): void;
  onDelete(): void;
  onRename: { begin(): void; save(name: string): void; cancel(): void };
}

/** What a saved site goes by: its name, else its place. */
export const nameOf = ({ row }: SavedSite): string => row.name || placeText(row);

/** A saved site: governing exposure, name, place, and what it was read with. */
export function siteEntry(site: SavedSite, options: EntryOptions) {
  const { row, savedAt, imagery, model, rules, corrections } = site;
  const name = nameOf(site);
  const governing = row.governing ?? '?';
  return html`<li>
    <input
      type="checkbox"
      aria-label=${t('sites.choose', { name })}
      .checked=${options.chosen}
      @change=${(event: Event) => options.onChoose((event.target as HTMLInputElement).checked)}
    />
    <span class="badge" title=${t('sites.governs', { exposure: governing })}>
      ${chip(governing)}<span class="visually-hidden"
        >${t('sites.governs', { exposure: governing })}</span
      >
    </span>
    <div class="about">
      ${options.renaming ? renameForm(site, options) : nameButton(site, options)}
      <p>
        ${row.name ? html`<span>${placeText(row)}</span>` : nothing}
        <span>${heightWords(row.heightFt, options.unit)}</span>
        ${corrections > 0 ? html`<span>${t('sites.corrected', { count: corrections })}</span>` : nothing}
      </p>
      <p>
        <span
          >${imagery.synthetic && !/synthetic/i.test(imagery.name) ? t('sites.synthetic', { name: imagery.name }) : imagery.name}</span
        >
        <span>${model.id}</span>
        <span class="whole">${readingText({ settings: rules })}</span>
      </p>
      <p><time datetime=${savedAt}>${t('sites.date', { date: dateText(savedAt) })}</time></p>
    </div>
    <div class="acts">
      <button
        class="button quiet icon"
        aria-label=${t('sites.rename', { name })}
        title=${t('sites.rename', { name })}
        @click=${options.onRename.begin}
      >
        ${pencil}
      </button>
      <button
        class="button quiet icon"
        aria-label=${t('sites.delete', { name })}
        title=${t('sites.delete', { name })}
        @click=${options.onDelete}
      >
        ${icon('close')}
      </button>
    </div>
  </li>`;
}

function nameButton(site: SavedSite, { onOpen }: EntryOptions) {
  const name = nameOf(site);
  return html`<button
    class="name"
    data-key=${site.key}
    aria-label=${t('sites.open', { name })}
    @click=${onOpen}
  >
    ${name}
  </button>`;
}

function renameForm(site: SavedSite, { onRename }: EntryOptions) {
  return html`<form
    class="rename"
    @submit=${(event: Event) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      onRename.save(form.querySelector('input')!.value.trim());
    }}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') onRename.cancel();
    }}
  >
    <input
      class="field"
      maxlength="120"
      aria-label=${t('sites.rename.label')}
      placeholder=${nameOf(site)}
      .value=${site.row.name}
    />
    <button class="button primary">${t('sites.rename.save')}</button>
    <button class="button" type="button" @click=${onRename.cancel}>
      ${t('sites.rename.cancel')}
    </button>
  </form>`;
}

function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : momentText(date);
}

const pencil = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <path d="m3 13 .6-2.8 7-7 2.2 2.2-7 7L3 13ZM9.4 4.4l2.2 2.2" />
</svg>`;
