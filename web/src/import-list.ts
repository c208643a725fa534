import { h } from './dom';
import { formatNumber, t, tText } from './i18n';
import type { Import } from './import';
import { countCSV, countList, guessMeaning, type ListCount, type ListPlan, type Meaning, type Village } from './list-count';
import type { Named } from './names';
import type { Indicator } from './registry';
import type { Sheet } from './sheet';
import { table } from './table';

/** A list by name as it was read here. */
export interface ListFile {
  sheet: Sheet;
  /** Position of the header among the sheet's rows. */
  header: number;
  rows: string[][];
  named: Named;
}

/** What a yes in a list counts for: words that headers of such columns have. */
const flagWords: Record<string, string[]> = {
  kpm_pkh: ['pkh'],
  kpm_sembako: ['sembako', 'bpnt'],
  blt_dd: ['blt'],
  pbi_jk: ['pbi', 'kis', 'jkn'],
  lansia_tunggal: ['lansia tunggal', 'lansia sendiri'],
  disabilitas: ['disabilitas', 'difabel', 'cacat'],
  rtlh: ['rtlh', 'rumah tidak layak'],
  air_minum_layak: ['air minum layak'],
  sanitasi_layak: ['sanitasi layak', 'jamban'],
  tanpa_listrik: ['tanpa listrik'],
  anak_tidak_sekolah: ['tidak sekolah', 'putus sekolah'],
  stunting: ['stunting'],
};

/**
 * The step for a list by name: what its columns mean, what the counts are, and that only they
 * go on to `done`, as a file of their own. The list stays on this device.
 */
export async function listStep(of: Import, list: ListFile, done: (counts: File) => Promise<void>): Promise<void> {
  const villages = await villagesIn(of);
  const header = list.sheet.rows[list.header]!;
  const flags = of.registry.indicators.filter((i) => flagWords[i.code]).map((i) => ({ code: i.code, words: [tText(i.label).toLowerCase(), ...flagWords[i.code]!] }));
  const people = header.some((title) => /^(nik|.*\banggota\b.*|hubungan.*)$/i.test(title.trim()));
  const plan: ListPlan = {
    columns: once(header.map((title) => guessMeaning(title, flags))),
    unit: people ? 'individu' : 'keluarga',
    kelurahan: villages.length === 1 ? villages[0]!.code : '',
  };
  const counted = h('div', { id: 'list-counts', 'aria-live': 'polite' });
  let counts: ListCount;
  const use = h('button.button.primary', { type: 'button', id: 'list-use', onclick: () => void take() }, t('list_use'));
  const draw = (): void => {
    counts = countList(list.rows, plan, villages, list.header + 2);
    counted.replaceChildren(...countsView(of, counts, list));
    use.disabled = counts.counts.size === 0;
  };
  const take = async (): Promise<void> => {
    use.disabled = true;
    await done(new File([countCSV(counts.counts)], list.sheet.name.replace(/\.\w+$/, '') + '-hitungan.csv', { type: 'text/csv' })).finally(() => (use.disabled = false));
  };
  of.step(
    h('h3', null, t('list_title')),
    h('p.notice.good', null, t('list_stays', { file: list.sheet.name, n: formatNumber(list.rows.length) })),
    h('p', null, t('list_found', { columns: list.named.columns.map((c) => header[c]).join(', ') })),
    h('div.row', null, unitChoice(plan, draw), villageChoice(header, plan, villages, draw)),
    columnTable(of, list, header, plan, flags.map((f) => f.code), draw),
    counted,
    h('div.row', null, use),
  );
  draw();
}

/** Of two columns with one meaning the first keeps it. */
function once(columns: Meaning[]): Meaning[] {
  const seen = new Set<string>();
  return columns.map((meaning) => {
    const key = keyOf(meaning);
    if (key !== 'ignore' && seen.has(key)) return 'ignore';
    seen.add(key);
    return meaning;
  });
}

const keyOf = (meaning: Meaning): string => (typeof meaning === 'object' ? `flag:${meaning.flag}` : meaning);

/** The kelurahan and desa that this account enters figures for. */
async function villagesIn({ app, source, period }: Import): Promise<Village[]> {
  const { rows } = await app.api.get<{ rows: { area_code: string; area_name: string }[] }>(`/api/batches/overview?${new URLSearchParams({ source, period })}`);
  const mine = (app.session.account?.grants ?? []).filter((grant) => ['administrator', 'dinsos', 'pic'].includes(grant.role)).map((grant) => grant.area_code);
  const entered = (code: string): boolean => mine.some((area) => !area || code === area || code.startsWith(`${area}.`));
  return rows.filter((row) => entered(row.area_code)).map((row) => ({ code: row.area_code, name: row.area_name }));
}

function unitChoice(plan: ListPlan, draw: () => void): HTMLElement {
  const option = (unit: ListPlan['unit']): HTMLElement =>
    h('label.choice', null, h('input', { type: 'radio', name: 'list-unit', value: unit, checked: plan.unit === unit, onchange: () => ((plan.unit = unit), draw()) }), t(`list_unit_${unit}`));
  return h('fieldset.row', null, h('legend.label', null, t('list_unit')), option('keluarga'), option('individu'));
}

function villageChoice(header: string[], plan: ListPlan, villages: Village[], draw: () => void): HTMLElement {
  if (header.some((_, i) => plan.columns[i] === 'kelurahan')) return h('span');
  const select = h('select.input', { id: 'list-village' }, h('option', { value: '' }, t('list_village_choose')), ...villages.map((v) => h('option', { value: v.code, selected: v.code === plan.kelurahan }, `${v.name} (${v.code})`)));
  select.addEventListener('change', () => ((plan.kelurahan = select.value), draw()));
  return h('div.field', null, h('label.label', { for: 'list-village' }, t('list_village')), select);
}

/** Each column with what it means; columns that tell who somebody is are shown covered. */
function columnTable(of: Import, list: ListFile, header: string[], plan: ListPlan, flags: string[], draw: () => void): HTMLElement {
  const label = (code: string): string => tText(of.registry.indicators.find((i) => i.code === code)?.label);
  const meanings: Meaning[] = ['ignore', 'kelurahan', 'rw', 'rt', 'desil', 'kk', ...flags.map((flag) => ({ flag }))];
  const words = (meaning: Meaning): string => (typeof meaning === 'object' ? t('list_means_flag', { indicator: label(meaning.flag) }) : t(`list_means_${meaning}`));
  const choose = (column: number): HTMLElement => {
    const select = h(
      'select.input',
      { 'aria-label': t('list_means', { column: header[column]! }), 'data-key': `column-${column}` },
      ...meanings.map((meaning) => h('option', { value: keyOf(meaning), selected: keyOf(meaning) === keyOf(plan.columns[column]!) }, words(meaning))),
    );
    select.addEventListener('change', () => {
      plan.columns[column] = meanings.find((m) => keyOf(m) === select.value)!;
      draw();
    });
    return select;
  };
  const sample = (column: number): string => (list.named.columns.includes(column) ? t('list_covered') : list.rows.slice(0, 3).map((row) => row[column] || '–').join(' · '));
  return table(
    t('intake_columns'),
    [
      { key: 'name', label: t('intake_column'), cell: (c) => h('strong', null, header[c] || t('intake_column_n', { n: c + 1 })) },
      { key: 'sample', label: t('intake_sample'), cell: (c) => h('span.quiet', null, sample(c)) },
      { key: 'means', label: t('intake_means'), cell: choose },
    ],
    header.map((_, column) => column),
    { key: '', down: false },
    (column) => column,
  );
}

/** How many of what in which kelurahan, and which rows could not be counted. */
function countsView(of: Import, { counts, left, counted }: ListCount, list: ListFile): HTMLElement[] {
  const missed = (['no_place', 'bad_desil', 'bad_rt'] as const).filter((why) => left[why].length > 0);
  const villages = [...counts].filter(([place]) => !place.includes('-')).sort(([a], [b]) => (a < b ? -1 : 1));
  const indicators = of.registry.indicators.filter((i) => villages.some(([, c]) => c.has(i.code)));
  const rts = [...counts.keys()].filter((place) => place.split('-').length === 3).length;
  return [
    h(`p.notice${missed.length ? '' : '.good'}`, { role: 'status' }, t('list_counted', { n: formatNumber(counted), of: formatNumber(list.rows.length), villages: villages.length, rts: formatNumber(rts) })),
    ...missed.map((why) => h('p.small', null, t(`list_left_${why}`, { n: formatNumber(left[why].length), rows: left[why].slice(0, 20).join(', ') + (left[why].length > 20 ? ' …' : '') }))),
    ...(villages.length ? [indicatorTable(indicators, villages)] : []),
  ];
}

function indicatorTable(indicators: Indicator[], villages: [string, Map<string, number>][]): HTMLElement {
  const shown = villages.slice(0, 6);
  return table(
    t('list_counts'),
    [
      { key: 'indicator', label: t('intake_indicator'), cell: (i: Indicator) => tText(i.label) },
      ...shown.map(([place, of]) => ({ key: place, label: place, numeric: true, cell: (i: Indicator) => formatNumber(of.get(i.code) ?? 0) })),
      ...(villages.length > 1 ? [{ key: 'all', label: t('list_all', { n: villages.length }), numeric: true, cell: (i: Indicator) => formatNumber(villages.reduce((sum, [, of]) => sum + (of.get(i.code) ?? 0), 0)) }] : []),
    ],
    indicators,
    { key: '', down: false },
    (i) => i.code,
  );
}
