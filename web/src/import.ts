import './import.css';
import { Problem } from './api';
import { type App, isAdministrator } from './app';
import { h } from './dom';
import { addWords, formatNumber, t, tText } from './i18n';
import { type ListFile, listStep } from './import-list';
import { type Inspection, planStep } from './import-plan';
import { receiptView, showReceipts } from './import-receipts';
import { findNames, headerRow } from './names';
import { lastEnded, periodOf, today } from './period';
import { type Registry, sourcesFor } from './registry';
import { readSheets, type Sheet, Unreadable } from './sheet';
import { attempt, problemWords, View } from './view';
import * as words from './words-import';

addWords(words);

/** What is taken in. */
export type What = 'figures' | 'assets' | 'areas';

/** What the steps of an import share. */
export interface Import {
  app: App;
  what: What;
  registry: Registry;
  source: string;
  period: string;
  /** What is sent: the file itself, or the counts of a list that stays here. */
  file: File | null;
  /** Shows a step in place of the one before, with the focus on its heading. */
  step(...content: (Node | string)[]): void;
  /** Begins again. */
  again(): void;
}

/** Impor: a file, what its columns mean, what would happen row by row, the receipt. */
export async function show(app: App, arg: string): Promise<void> {
  const view = new View(app, 'import', t('imports'));
  view.show({ size: 'full' });
  await view.fill(async () => {
    const registry = await app.api.get<Registry>('/api/indicators');
    return /^\d+$/.test(arg) ? [await receiptView(app, Number(arg))] : [new Start(app, registry).node, await showReceipts(app)];
  });
}

/** The first step: what kind of data, of which source and period, and the file. */
class Start implements Import {
  readonly app: App;
  readonly registry: Registry;
  readonly node = h('div', { id: 'import-steps' });
  what: What = 'figures';
  source = '';
  period = '';
  file: File | null = null;
  private readonly said = h('div', { role: 'alert' });

  constructor(app: App, registry: Registry) {
    this.app = app;
    this.registry = registry;
    this.source = sourcesFor(app.session, registry)[0]?.code ?? '';
    this.period = lastPeriod(registry, this.source);
    this.again();
  }

  again(): void {
    this.file = null;
    this.node.replaceChildren(this.form());
  }

  step(...content: (Node | string)[]): void {
    this.node.replaceChildren(h('button.button.plain', { type: 'button', id: 'import-again', onclick: () => this.again() }, t('intake_again')), ...content);
    const heading = this.node.querySelector<HTMLElement>('h3');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus();
  }

  private form(): HTMLElement {
    const file = h('input.input', { type: 'file', id: 'import-file', accept: '.csv,.xlsx,.geojson,.json,.txt', 'aria-describedby': 'import-file-help' });
    const form = h(
      'form.form.import-start',
      { onsubmit: (event: Event) => event.preventDefault() },
      isAdministrator(this.app.session) ? this.kinds() : '',
      this.what === 'figures' ? this.about() : '',
      h('div.field.drop', null, h('label.label', { for: 'import-file' }, t('intake_choose')), h('p.quiet', { id: 'import-file-help' }, t(`intake_help_${this.what}`)), file),
      this.said,
    );
    this.said.replaceChildren();
    const take = (chosen: File | undefined): void => void (chosen && attempt(this.app, () => this.take(chosen)));
    file.addEventListener('change', () => take(file.files?.[0]));
    form.addEventListener('dragover', (event) => (event.preventDefault(), form.classList.add('over')));
    form.addEventListener('dragleave', () => form.classList.remove('over'));
    form.addEventListener('drop', (event) => (event.preventDefault(), form.classList.remove('over'), take(event.dataTransfer?.files[0])));
    return form;
  }

  private kinds(): HTMLElement {
    const kind = (what: What): HTMLElement =>
      h('label.choice', null, h('input', { type: 'radio', name: 'import-what', value: what, checked: this.what === what, onchange: () => ((this.what = what), this.again()) }), t(`intake_what_${what}`));
    return h('fieldset.row', null, h('legend.label', null, t('intake_what')), kind('figures'), kind('assets'), kind('areas'));
  }

  /** Whose figures these are, and of when. */
  private about(): HTMLElement {
    const sources = sourcesFor(this.app.session, this.registry);
    const source = h('select.input', { id: 'import-source' }, ...sources.map((s) => h('option', { value: s.code, selected: s.code === this.source }, tText(s.label))));
    const period = h('input.input', { id: 'import-period', value: this.period, placeholder: '2026-Q1', autocomplete: 'off', 'aria-describedby': 'import-period-help' });
    source.addEventListener('change', () => {
      this.source = source.value;
      this.period = period.value = lastPeriod(this.registry, this.source);
    });
    period.addEventListener('input', () => (this.period = period.value.trim()));
    return h(
      'div.import-about',
      null,
      h('div.field', null, h('label.label', { for: 'import-source' }, t('intake_source')), source),
      h('div.field', null, h('label.label', { for: 'import-period' }, t('intake_period')), h('p.quiet', { id: 'import-period-help' }, t('intake_period_help')), period),
    );
  }

  /** Reads the file here first: a list by name is counted on this device and never sent. */
  private async take(file: File): Promise<void> {
    this.said.replaceChildren(h('p', { role: 'status' }, t('intake_reading')));
    if (/\.(geo)?json$/i.test(file.name)) return this.send(file);
    let sheets: Sheet[];
    try {
      sheets = await readSheets(file);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.refuse(t(error.why));
    }
    const lists = sheets.map((sheet): ListFile => {
      const header = headerRow(sheet.rows);
      const rows = sheet.rows.slice(header + 1);
      return { sheet, header, rows, named: findNames(sheet.rows[header]!, rows) };
    });
    const list = lists.find((l) => l.named.list);
    if (!list) return this.send(file);
    if (this.what !== 'figures') return this.refuse(t('intake_names_here'));
    await listStep(this, list, (counts) => this.send(counts));
  }

  private async send(file: File): Promise<void> {
    this.file = file;
    try {
      const inspection = await inspect(this, file);
      planStep(this, inspection);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.refuse(...problemWords(error));
    }
  }

  private refuse(...why: string[]): void {
    if (!this.said.isConnected) this.again();
    this.said.replaceChildren(h('div.error', null, ...why.map((text) => h('p', null, text))));
  }
}

/** What the server makes of a file: its columns with a guess at what they mean. */
export async function inspect({ app, what, source, period }: Import, file: File, sheet = ''): Promise<Inspection> {
  const query = new URLSearchParams({ what, ...(sheet && { sheet }), ...(what === 'figures' && { source, period }) });
  const { data } = await app.api.send<Inspection>(`/api/imports/inspect?${query}`, { method: 'POST', type: typeOf(file), body: file, headers: { 'Patok-File': encodeURIComponent(file.name) } });
  return data;
}

function typeOf(file: File): string {
  if (/\.xlsx$/i.test(file.name)) return 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  return /\.(geo)?json$/i.test(file.name) ? 'application/geo+json' : 'text/csv';
}

/** The period of the source's kind that ended last; of days, the month's first. */
function lastPeriod(registry: Registry, source: string): string {
  const kind = registry.sources.find((s) => s.code === source)?.periods[0] ?? 'year';
  return kind === 'date' ? `${periodOf('month', today())}-01` : lastEnded(kind);
}

/** "12 baris baru, 3 berubah, …" without what is none. */
export function countWords(report: { new: number; changed: number; unchanged: number; refused: number; skipped?: number; doubtful: number }): string {
  return (['new', 'changed', 'unchanged', 'skipped', 'refused', 'doubtful'] as const)
    .filter((key) => (report[key] ?? 0) > 0)
    .map((key) => t(`intake_n_${key}`, { n: formatNumber(report[key] ?? 0) }))
    .join(', ');
}
