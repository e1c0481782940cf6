import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { bearingsOf } from '../../src/site/building-bearings.ts';
import '../faces-form/faces-form.ts';
import '../imagery-picker/imagery-picker.ts';
import '../model-picker/model-picker.ts';
import { nameOf } from '../model-picker/model-picker.ts';
import '../report-form/report-form.ts';
import '../result-panel/result-panel.ts';
import '../rules-form/rules-form.ts';
import { percent } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';
import '../site-form/site-form.ts';

/** The panel's first tab: the site, its answer, and beneath it what the answer was made with. */
export function sitePane(now: SessionState): TemplateResult {
  const { edition, tolerance, project } = now.settings;
  const rules = t('app.setup.rules.value', { edition, share: percent(tolerance) });
  return html`<div class="pane">
    <upwind-site-form .searchHelp=${t('site.search.help')}></upwind-site-form>
    ${hint(now)}
    <upwind-result></upwind-result>
    <div class="setup">
      ${setup('photo', 'imagery', imageryName(now), html`<upwind-imagery-picker></upwind-imagery-picker>`)}
      ${setup('model', 'model', modelName(now), html`<upwind-model-picker></upwind-model-picker>`, lacksModel(now))}
      ${setup('rules', 'rules', rules, html`<upwind-rules></upwind-rules>`)}
      ${setup('faces', 'faces', facesText(now), html`<upwind-faces></upwind-faces>`)}
      ${setup('report', 'report', project, html`<upwind-report-form></upwind-report-form>`)}
    </div>
  </div>`;
}

function hint({ site, settings }: SessionState) {
  if (site && settings.imagery.id !== 'demo') return nothing;
  return html`<p class="hint">${icon('info')} ${t(site ? 'app.hint.demo' : 'app.hint.start')}</p>`;
}

function setup(
  name: IconName,
  key: 'imagery' | 'model' | 'rules' | 'faces' | 'report',
  value: string,
  content: TemplateResult,
  open = false,
) {
  return html`<details ?open=${open}>
    <summary>
      ${icon(name)}<span class="what">${t(`app.setup.${key}`)}</span
      ><span class="value">${value}</span>
      <svg class="icon turn" viewBox="0 0 16 16" aria-hidden="true">
        <path d="m6 3.5 4.5 4.5L6 12.5" />
      </svg>
    </summary>
    ${content}
  </details>`;
}

function facesText({ site }: SessionState): string {
  const bearings = bearingsOf({ facingDeg: null, bearingsDeg: [], ...site });
  if (bearings.length === 0) return t('app.setup.faces.none');
  return bearings.map((deg) => `${deg}°`).join(', ');
}

const imageryName = ({ imagery, settings }: SessionState): string =>
  imagery.source?.name ?? settings.imagery.id;

const lacksModel = ({ run }: SessionState): boolean => run.phase === 'failed' && !!run.noModel;

function modelName(now: SessionState): string {
  const { model, settings } = now;
  if (lacksModel(now)) return t('app.setup.model.none');
  if (model.status === 'ready') return `${model.info.id} · ${model.backend.name}`;
  if (model.status === 'loading') return t('app.setup.model.loading');
  if (model.status === 'failed') return t('app.setup.model.failed');
  return settings.model ? nameOf(settings.model) : '';
}
