import { Problem } from './api';
import type { App } from './app';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { copy, download } from './share';
import { table } from './table';
import { attempt, problemWords, View } from './view';

interface Row {
  row: number;
  name: string;
  title: string;
  outcome: 'new' | 'exists' | 'refused';
  reasons: string[];
  link: string | null;
}
interface Result {
  dry_run: boolean;
  created: number;
  refused: number;
  rows: Row[];
}

const template = 'nama_akun,nama,peran,wilayah,jenis,mulai,sampai,sso\r\npic-3571011001,PIC Kelurahan Pojok,pic,35.71.01.1001,,,,\r\nlurah-3571011001,Lurah Pojok,reviewer,35.71.01.1001,,,2027-12-31,\r\n';

/** Makes many accounts from a CSV: what it would do, row by row, then all links at once. */
export function showImport(app: App): void {
  const view = new View(app, 'people-import-view', t('people_import'), h('button.button.plain', { type: 'button', onclick: () => app.view('pengguna') }, t('people_back')));
  const file = h('input.input', { type: 'file', id: 'import-file', accept: '.csv,text/csv,text/plain' });
  const text = h('textarea.input', { id: 'import-text', rows: 6, spellcheck: 'false', placeholder: 'nama_akun,nama,peran,wilayah' });
  const result = h('div', { id: 'import-result' });
  file.addEventListener('change', () => void file.files?.[0]?.text().then((read) => (text.value = read.replace(/^\uFEFF/, ''))));
  const look = h('button.button.primary', { type: 'submit', id: 'import-look' }, t('import_look'));
  view.body.replaceChildren(
    h('p', null, t('import_help')),
    h('button.button', { type: 'button', id: 'import-template', onclick: () => download('pengguna-patok.csv', 'text/csv', template) }, t('import_template')),
    h(
      'form.form',
      { onsubmit: (event: Event) => (event.preventDefault(), void attempt(app, () => send(app, text.value, true, result), look)) },
      h('div.field', null, h('label.label', { for: 'import-file' }, t('import_file')), file),
      h('div.field', null, h('label.label', { for: 'import-text' }, t('import_text')), text),
      look,
    ),
    result,
  );
  view.show({ size: 'full' });
}

/** Sends the CSV, as a trial or for good; when rows are refused nothing is made, and they say why. */
async function send(app: App, csv: string, trial: boolean, box: HTMLElement): Promise<void> {
  let result: Result;
  try {
    result = (await app.api.send<Result>(`/api/accounts/import${trial ? '?dry_run=true' : ''}`, { method: 'POST', type: 'text/csv', body: csv })).data;
  } catch (error) {
    if (!(error instanceof Problem) || !Array.isArray(error.body.rows)) {
      return box.replaceChildren(h('div.error', { role: 'alert' }, ...problemWords(error).map((said) => h('p', null, said))));
    }
    const rows = error.body.rows as Row[];
    result = { dry_run: true, created: 0, refused: rows.filter((r) => r.outcome === 'refused').length, rows };
  }
  box.replaceChildren(...(result.dry_run ? trialView(app, csv, result, box) : doneView(app, result)));
}

function trialView(app: App, csv: string, { refused, rows }: Result, box: HTMLElement): HTMLElement[] {
  const fresh = rows.filter((row) => row.outcome === 'new').length;
  const go = h('button.button.primary', { type: 'button', id: 'import-go', onclick: () => void attempt(app, () => send(app, csv, false, box), go) }, t('import_go', { n: formatNumber(fresh) }));
  const said = refused ? t('import_refused', { n: formatNumber(refused) }) : t('import_fine', { n: formatNumber(fresh), m: formatNumber(rows.length - fresh) });
  return [h(`p.notice${refused ? '' : '.good'}`, { role: 'status' }, said), verdicts(rows), ...(refused || !fresh ? [] : [go])];
}

function verdicts(rows: Row[]): HTMLElement {
  const tag = (row: Row): HTMLElement => h(`span.tag${{ new: '.good', exists: '', refused: '.bad' }[row.outcome]}`, null, t(`outcome_${row.outcome}`));
  const order = { refused: 0, new: 1, exists: 2 };
  return table(
    t('people_import'),
    [
      { key: 'row', label: t('import_row'), cell: (r) => String(r.row), sort: (r) => r.row, numeric: true },
      { key: 'name', label: t('person_name'), cell: (r) => h('span', null, h('strong', null, r.name || '–'), ' ', r.title), sort: (r) => r.name },
      { key: 'outcome', label: t('import_outcome'), cell: (r) => h('span', null, tag(r), ...r.reasons.map((reason) => h('span.small.block-line', null, reason))), sort: (r) => order[r.outcome] },
    ],
    rows,
    { key: 'outcome', down: false },
    (r) => r.row,
  );
}

function doneView(app: App, { created, rows }: Result): HTMLElement[] {
  const made = rows.filter((row) => row.link);
  return [
    h('p.notice.good', { role: 'status', id: 'import-done' }, t('import_done', { n: formatNumber(created) })),
    h('p.notice', null, t('import_links_once')),
    h('div.row', null, h('button.button.primary', { type: 'button', id: 'import-links', onclick: () => download('tautan-undangan.csv', 'text/csv', linksCSV(rows)) }, t('import_links')), h('button.button', { type: 'button', onclick: () => app.view('pengguna') }, t('people_back'))),
    h(
      'ul.items.lines',
      { id: 'import-made' },
      ...made.map((row) => h('li', null, h('span.grow', null, h('span', null, row.title || row.name), h('span.small.quiet', null, row.name)), h('button.button', { type: 'button', 'aria-label': t('copy_link_of', { name: row.title || row.name }), onclick: () => void copy(app, row.link!) }, t('copy')))),
    ),
  ];
}

/** All links as a CSV that a spreadsheet opens: RFC 4180 with a byte order mark, and no cell that is taken for a formula. */
export function linksCSV(rows: Pick<Row, 'name' | 'title' | 'link'>[]): string {
  const cell = (text: string): string => {
    const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  const lines = [['nama_akun', 'nama', 'tautan'], ...rows.filter((r) => r.link).map((r) => [r.name, r.title, r.link!])];
  return '\uFEFF' + lines.map((line) => line.map(cell).join(',') + '\r\n').join('');
}
