import { type App, typeOf } from './app';
import { changeWords, mainChanges } from './compare';
import { h } from './dom';
import { formatDate, t, tText, tValue } from './i18n';
import type { AssetType } from './api';
import type { Proposal } from './proposal';

/** A line of the printed recap. */
export interface RecapRow {
  area: string;
  asset: string;
  change: string;
  author: string;
  date: string;
}

/** What the recap says of each proposal, by kelurahan and then by when it was sent. */
export function recapRows(proposals: Proposal[], typeNamed: (name: string) => AssetType | undefined): RecapRow[] {
  const sorted = [...proposals].sort((a, b) => a.area_name.localeCompare(b.area_name) || a.sent_at.localeCompare(b.sent_at));
  return sorted.map((p) => {
    const type = typeNamed(p.type);
    const fields = mainChanges(p.changes).map((change) => changeWords(type, change, p.moved_m)).join('; ');
    const verb = p.verb === 'update' ? '' : p.verb === 'create' ? t('recap_create') : tValue('verb', p.verb);
    return {
      area: p.area_name,
      asset: named(p.name, tText(type?.label)),
      change: [verb, p.verb === 'delete' ? '' : fields].filter(Boolean).join('. '),
      author: p.author.title || p.author.name,
      date: formatDate(p.sent_at),
    };
  });
}

/** The name with its type before it, unless it says so itself. */
function named(name: string, type: string): string {
  return !type || name.toLowerCase().startsWith(type.toLowerCase()) ? name : `${type} ${name}`;
}

/** Prints what waits, on A4, for a signature. */
export function printRecap(app: App, proposals: Proposal[]): void {
  dropRecap();
  document.body.append(recap(app, proposals));
  window.print();
}

/** Takes away what was made for printing. */
export function dropRecap(): void {
  document.getElementById('recap')?.remove();
}

function recap(app: App, proposals: Proposal[]): HTMLElement {
  const rows = recapRows(proposals, (name) => typeOf(app, name));
  const city = app.session.city?.name ?? '';
  const heads = (['no', 'area', 'asset', 'change', 'author', 'date'] as const).map((key) => h('th', { scope: 'col' }, t(`recap_${key}`)));
  return h(
    'section',
    { id: 'recap', 'aria-hidden': 'true' },
    h('header', null, h('h1', null, t('recap_title')), h('p', null, [city, t('recap_printed', { date: formatDate(new Date().toISOString()), n: rows.length })].filter(Boolean).join(' · '))),
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...heads)),
      h('tbody', null, ...rows.map((row, i) => h('tr', null, ...[String(i + 1), row.area, row.asset, row.change, row.author, row.date].map((text) => h('td', null, text))))),
    ),
    signature(city, proposals),
  );
}

/** "Mengetahui, Lurah Bandar Lor": whose step it is, and of which area where there is only one. */
function signature(city: string, proposals: Proposal[]): HTMLElement {
  const steps = new Set(proposals.map((p) => p.steps[p.step] ?? 'kelurahan'));
  const areas = new Set(proposals.map((p) => p.area_name));
  const step = steps.size === 1 ? [...steps][0]! : 'kelurahan';
  const area = step === 'kelurahan' && areas.size === 1 ? [...areas][0]! : '';
  return h(
    'footer',
    null,
    h('p', null, `${city.replace(/^(Kota|Kabupaten|Kab\.) /, '')}, ${formatDate(new Date().toISOString())}`),
    h('p', null, t('recap_knowing')),
    h('p', null, `${tValue('signer', step)} ${area || '…………………………'}`),
    h('p.line', null, ''),
    h('p', null, t('recap_nip')),
  );
}
