import type { BBox, LonLat } from './api';
import { type App, editAreas, mayEdit } from './app';
import { type Shape, metresTo } from './distance';
import type { Draft } from './draft';
import { h } from './dom';
import { formatNumber, t } from './i18n';

/** A kelurahan or desa that this account may edit, and how far the point lies outside it. */
export interface Claim {
  code: string;
  name: string;
  metres: number;
}

/** How far around the point we look, in degrees: about 1, 5 and 25 km. */
const reaches = [0.01, 0.045, 0.225];
const most = 8;

/** Whether the rights of this account cover more than one kelurahan, so that a point outside of all leaves a choice. */
export function coversSeveral(app: App): boolean {
  const codes = editAreas(app.session) ?? [];
  return codes.length > 1 || codes.some((code) => code.length !== 13);
}

/** The nearest kelurahan in which this account may edit, the nearest first. */
export async function nearestClaims(app: App, [lon, lat]: LonLat): Promise<Claim[]> {
  for (const reach of reaches) {
    const box: BBox = [lon - reach, lat - reach, lon + reach, lat + reach];
    const { features } = await app.api.get<{ features: Shape[] }>(`/api/collections/kelurahan/items?limit=200&bbox=${box.map((n) => n.toFixed(6)).join()}`);
    const mine = features.filter((f) => mayEdit(app.session, String(f.properties.code)));
    if (mine.length) {
      return mine
        .map((f) => ({ code: String(f.properties.code), name: String(f.properties.name), metres: metresTo(f, [lon, lat]) }))
        .sort((a, b) => a.metres - b.metres)
        .slice(0, most);
    }
  }
  return [];
}

/** The question which kelurahan a new asset is recorded for. */
export interface ClaimField {
  node: HTMLElement;
  /** Says what is wrong, '' for nothing, and brings the person there. */
  blame(message: string): void;
}

/** Asks for the kelurahan, the nearest ones offered; what is chosen goes into the draft. */
export function claimField(app: App, draft: Draft, changed: () => void): ClaimField {
  const select = h('select.input', { id: 'f-area_code', 'aria-required': 'true', 'aria-describedby': 'f-area_code-help f-area_code-error' });
  const error = h('p.field-error', { id: 'f-area_code-error', hidden: true });
  const box = h('div');
  let claims: Claim[] = [];
  const blame = (message: string): void => {
    error.textContent = message;
    error.hidden = !message;
    if (message) select.setAttribute('aria-invalid', 'true');
    else select.removeAttribute('aria-invalid');
    if (message) select.focus();
  };
  const option = (value: string, text: string): HTMLElement => h('option', { value, selected: value === draft.areaCode }, text);
  const draw = (): void => {
    const known = draft.areaCode && !claims.some((c) => c.code === draft.areaCode);
    select.replaceChildren(option('', '–'), ...(known ? [option(draft.areaCode, draft.areaName)] : []), ...claims.map((c) => option(c.code, c.metres > 0 ? t('claim_away', { name: c.name, m: formatNumber(c.metres) }) : t('claim_here', { name: c.name }))));
  };
  const load = async (): Promise<void> => {
    box.replaceChildren();
    try {
      claims = draft.point ? await nearestClaims(app, draft.point) : [];
      draw();
      if (!claims.length) box.replaceChildren(h('p.small.notice', null, t('claim_none')));
    } catch {
      box.replaceChildren(h('p.field-error', null, t('failed')), h('button.button', { type: 'button', onclick: () => void load() }, t('again')));
    }
  };
  select.addEventListener('change', () => {
    draft.areaCode = select.value;
    draft.areaName = claims.find((c) => c.code === select.value)?.name ?? '';
    blame('');
    changed();
  });
  draw();
  void load();
  return { node: h('div.field', null, h('label.label', { for: 'f-area_code' }, t('claim')), h('p.small.quiet', { id: 'f-area_code-help' }, t('claim_help')), select, error, box), blame };
}
