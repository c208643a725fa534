import { Problem } from './api';
import { ask } from './ask';
import { h } from './dom';
import { control } from './form';
import { formatNumber, t, tText } from './i18n';
import { countWords, type Import, inspect } from './import';
import { receipt } from './import-receipts';
import { table } from './table';
import { attempt, empty, problemWords } from './view';

/** What a column is turned into. */
export interface Mapping {
  to: string;
  indicator?: string;
}
export interface Plan {
  what: string;
  sheet?: string;
  header_row?: number;
  decimal?: string;
  shape?: 'long' | 'wide';
  period?: string;
  source?: string;
  type?: string;
  columns: Record<string, Mapping>;
}
export interface Inspection {
  file: string;
  format: string;
  encoding?: string;
  separator?: string;
  decimal?: string;
  sheets?: string[];
  sheet?: string;
  header_row?: number;
  rows: number;
  columns: { name: string; sample: string[]; guess: Mapping | null; identifier: boolean }[];
  shape?: 'long' | 'wide';
  plan: Plan;
}
export interface Verdict {
  row: number;
  name: string;
  outcome: 'new' | 'changed' | 'unchanged' | 'skipped' | 'refused';
  doubtful?: boolean;
  reasons?: string[];
}
export interface Difference {
  place: string;
  indicator: string;
  told: number;
  sum: number;
  of: string;
  note: string;
  explained: boolean;
}
export interface Report {
  file: string;
  dry_run: boolean;
  read: number;
  new: number;
  changed: number;
  unchanged: number;
  refused: number;
  skipped?: number;
  doubtful: number;
  ignored?: string[];
  verdicts: Verdict[];
  verdicts_total?: number;
  batches?: { id: number | null; area_code: string; area_name: string; edition: number; state: string; values: number }[];
  differences?: Difference[];
  receipt: number | null;
  revision: number | null;
}

/** The step that says what the columns mean; the server's guess is what it begins with. */
export function planStep(of: Import, inspection: Inspection): void {
  const { plan } = inspection;
  const preview = h('div', { id: 'import-preview', 'aria-live': 'polite' });
  const look = h('button.button.primary', { type: 'submit', id: 'import-look' }, t('intake_look'));
  const read = [inspection.format.toUpperCase(), inspection.encoding, inspection.separator && t('intake_separator', { sign: inspection.separator === '\t' ? 'Tab' : inspection.separator }), inspection.decimal && t(inspection.decimal === ',' ? 'intake_comma' : 'intake_point')];
  of.step(
    h('h3', null, t('intake_plan_title', { file: inspection.file })),
    h('p.quiet', null, [t('intake_rows', { n: formatNumber(inspection.rows) }), ...read.filter(Boolean)].join(' · ')),
    h(
      'form.form',
      { onsubmit: (event: Event) => (event.preventDefault(), void attempt(of.app, () => run(of, plan, true, preview), look)) },
      sheetChoice(of, inspection),
      of.what === 'assets' ? typeChoice(of, plan) : '',
      columnTable(of, inspection),
      look,
    ),
    preview,
  );
}

function sheetChoice(of: Import, { sheets, sheet }: Inspection): Node | string {
  if (!sheets || sheets.length < 2) return '';
  const select = h('select.input', { id: 'import-sheet' }, ...sheets.map((name) => h('option', { value: name, selected: name === sheet }, name)));
  select.addEventListener('change', () => void attempt(of.app, async () => planStep(of, await inspect(of, of.file!, select.value))));
  return h('div.field', null, h('label.label', { for: 'import-sheet' }, t('intake_sheet')), select);
}

function typeChoice({ app }: Import, plan: Plan): HTMLElement {
  plan.type ??= app.types[0]?.name ?? '';
  const select = h('select.input', { id: 'import-type' }, ...app.types.map((type) => h('option', { value: type.name, selected: type.name === plan.type }, tText(type.label))));
  select.addEventListener('change', () => (plan.type = select.value));
  return h('div.field', null, h('label.label', { for: 'import-type' }, t('intake_type')), select);
}

const roles = ['ignore', 'area_code', 'bps_code', 'area_name', 'district', 'regency', 'province', 'rw', 'rt', 'period', 'indicator', 'value', 'denominator', 'note'];

/** What a column can become: for figures a role or an indicator's value, otherwise a property of the type. */
function choices(of: Import, inspection: Inspection): { key: string; label: string; mapping: Mapping }[] {
  const entry = (mapping: Mapping, label: string): { key: string; label: string; mapping: Mapping } => ({ key: keyOf(mapping), label, mapping });
  if (of.what === 'figures') {
    return [
      ...roles.map((to) => entry({ to }, t(`intake_to_${to}` as 'intake_to_ignore'))),
      ...of.registry.indicators.map((i) => entry({ to: 'value', indicator: i.code }, tText(i.label))),
    ];
  }
  const guessed = inspection.columns.flatMap((c) => (c.guess ? [c.guess] : []));
  const fields = of.what === 'assets' ? (of.app.types.find((type) => type.name === inspection.plan.type)?.fields ?? []) : [];
  const common = of.what === 'assets' ? ['name', 'area_code', 'rt', 'rw', 'address', 'latitude', 'longitude', 'coordinate', 'condition', 'operation', 'accuracy_m', 'source_id', 'source', 'note'] : ['code', 'name', 'boundary', 'district', 'regency', 'province', 'bps_code', 'year', 'source'];
  const named = new Map<string, string>([['ignore', t('intake_to_ignore')], ...common.map((to): [string, string] => [to, t(`intake_property_${to}` as 'intake_property_name')]), ...fields.map((f): [string, string] => [f.name, tText(f.label)])]);
  for (const guess of guessed) if (!named.has(guess.to)) named.set(guess.to, guess.to);
  return [...named].map(([to, label]) => entry({ to }, label));
}

const keyOf = ({ to, indicator }: Mapping): string => (indicator ? `${to}:${indicator}` : to);

function columnTable(of: Import, inspection: Inspection): HTMLElement {
  const offered = choices(of, inspection);
  const choose = (column: Inspection['columns'][number]): HTMLElement => {
    const now = keyOf(inspection.plan.columns[column.name] ?? column.guess ?? { to: 'ignore' });
    const select = h('select.input', { 'aria-label': t('list_means', { column: column.name }), 'data-key': `column-${column.name}` }, ...offered.map((c) => h('option', { value: c.key, selected: c.key === now }, c.label)));
    select.addEventListener('change', () => (inspection.plan.columns[column.name] = offered.find((c) => c.key === select.value)!.mapping));
    return select;
  };
  return table(
    t('intake_columns'),
    [
      { key: 'name', label: t('intake_column'), cell: (c) => h('strong', null, c.name) },
      { key: 'sample', label: t('intake_sample'), cell: (c) => h('span.quiet', null, c.sample.slice(0, 3).join(' · ')) },
      { key: 'means', label: t('intake_means'), cell: choose },
    ],
    inspection.columns,
    { key: '', down: false },
    (c) => c.name,
  );
}

/** Tries the file, or takes it in for good; a refusal shows row by row why. */
async function run(of: Import, plan: Plan, trial: boolean, box: HTMLElement, more: Record<string, string> = {}): Promise<void> {
  const form = new FormData();
  form.set('plan', JSON.stringify({ ...plan, ...(of.what === 'figures' && { source: of.source, ...(of.period && { period: of.period }) }) }));
  form.set('file', of.file!, of.file!.name);
  const { reason, ...asked } = more;
  const query = new URLSearchParams({ ...(trial && { dry_run: 'true' }), ...asked });
  box.replaceChildren(h('p', { role: 'status' }, t(trial ? 'intake_looking' : 'intake_writing')));
  try {
    const { data } = await of.app.api.send<Report>(`/api/imports?${query}`, { method: 'POST', type: '', body: form, ...(reason && { reason }) });
    if (trial) box.replaceChildren(...previewView(of, plan, data, box));
    else {
      of.step(...receipt(of.app, data));
      of.app.changed();
    }
  } catch (error) {
    if (!(error instanceof Problem)) {
      box.replaceChildren();
      throw error;
    }
    const refused = error.body as unknown as Report;
    if (Array.isArray(refused.verdicts)) box.replaceChildren(...previewView(of, plan, refused, box));
    else if (/reason/.test(error.errors[0]?.pointer ?? '')) {
      box.replaceChildren();
      askReason(of, plan, box);
    } else box.replaceChildren(h('div.error', { role: 'alert' }, ...problemWords(error).map((text) => h('p', null, text))));
  }
}

/** A closed batch changes only as a correction, and that has a reason. */
function askReason(of: Import, plan: Plan, box: HTMLElement): void {
  ask(of.app, {
    id: 'import-reason',
    title: t('intake_reason_title'),
    told: [t('intake_reason_told')],
    controls: [control('reason', 'Alasan koreksi', 'Reason for the correction', { kind: 'area', required: true, maxLength: 500 })],
    go: t('intake_go'),
    send: (values) => run(of, plan, false, box, { reason: String(values.reason) }),
  });
}

function previewView(of: Import, plan: Plan, report: Report, box: HTMLElement): HTMLElement[] {
  const good = report.new + report.changed;
  const go = (skip: boolean): HTMLButtonElement => {
    const button = h(
      `button.button${skip ? '' : '.primary'}`,
      { type: 'button', id: skip ? 'import-skip' : 'import-go', onclick: () => void attempt(of.app, () => run(of, plan, false, box, skip ? { skip_refused: 'true' } : {}), button) },
      skip ? t('intake_skip', { n: formatNumber(good) }) : t('intake_go_n', { n: formatNumber(good) }),
    );
    return button;
  };
  const said = report.refused ? t('intake_refused_rows', { n: formatNumber(report.refused), of: formatNumber(report.read) }) : good ? t('intake_would', { counts: countWords(report) }) : t('intake_nothing');
  return [
    h(`p.notice${report.refused ? '' : '.good'}`, { role: 'status' }, said),
    report.ignored?.length ? h('p.small.quiet', null, t('intake_ignored', { columns: report.ignored.join(', ') })) : h('span'),
    ...reportView(report),
    h('div.row', null, ...(good && !report.refused ? [go(false)] : []), ...(good && report.refused ? [go(true)] : [])),
  ];
}

/** The batches, the differences, and the verdicts that have something to say. */
export function reportView(report: Report): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (report.batches?.length) {
    parts.push(
      table(
        t('intake_batches'),
        [
          { key: 'area', label: t('intake_area'), cell: (b) => h('span', null, b.area_name, ' ', h('span.small.quiet', null, b.area_code)), sort: (b) => b.area_code },
          { key: 'values', label: t('intake_values'), cell: (b) => formatNumber(b.values), sort: (b) => b.values, numeric: true },
          { key: 'edition', label: t('intake_edition'), cell: (b) => String(b.edition), numeric: true },
        ],
        report.batches,
        { key: 'area', down: false },
        (b) => b.area_code,
      ),
    );
  }
  if (report.differences?.length) {
    parts.push(
      h('p.notice', null, t('intake_differences', { n: formatNumber(report.differences.length) })),
      table(
        t('intake_differences_title'),
        [
          { key: 'place', label: t('intake_area'), cell: (d) => d.place, sort: (d) => d.place },
          { key: 'indicator', label: t('intake_indicator'), cell: (d) => d.indicator },
          { key: 'told', label: t('intake_told'), cell: (d) => formatNumber(d.told), numeric: true },
          { key: 'sum', label: t('intake_sum'), cell: (d) => formatNumber(d.sum), numeric: true },
        ],
        report.differences.slice(0, 200),
        { key: 'place', down: false },
        (d) => `${d.place}/${d.indicator}/${d.of}`,
      ),
    );
  }
  if (report.verdicts.length) parts.push(verdicts(report));
  return parts.length ? parts : [empty(t('intake_no_verdicts'))];
}

function verdicts(report: Report): HTMLElement {
  const order = { refused: 0, changed: 1, new: 2, unchanged: 3, skipped: 4 };
  const tag = (v: Verdict): HTMLElement => h(`span.tag${{ new: '.good', changed: '.good', unchanged: '', skipped: '', refused: '.bad' }[v.outcome]}`, null, t(`intake_is_${v.outcome}`));
  const more = (report.verdicts_total ?? report.verdicts.length) - report.verdicts.length;
  return h(
    'details.more',
    { open: report.refused > 0 || report.doubtful > 0 },
    h('summary', null, t('intake_verdicts', { n: formatNumber(report.verdicts_total ?? report.verdicts.length) })),
    table(
      t('intake_verdicts', { n: formatNumber(report.verdicts.length) }),
      [
        { key: 'row', label: t('intake_row'), cell: (v) => String(v.row), sort: (v) => v.row, numeric: true },
        { key: 'name', label: t('intake_name'), cell: (v) => v.name || '–', sort: (v) => v.name },
        { key: 'outcome', label: t('intake_outcome'), cell: (v) => h('span', null, tag(v), v.doubtful ? h('span.tag', null, t('intake_is_doubtful')) : '', ...(v.reasons ?? []).map((reason) => h('span.small.block-line', null, reason))), sort: (v) => order[v.outcome] },
      ],
      report.verdicts,
      { key: 'outcome', down: false },
      (v) => v.row,
    ),
    more > 0 ? h('p.small.quiet', null, t('intake_more_verdicts', { n: formatNumber(more) })) : '',
  );
}
