import type { App } from './app';
import type { BatchEntry } from './batch-entry';
import { type Figure, figureText, groupsOf, keyOf, levelOf, placeWithin, placeWords, readBlock, readFigure, type Typed } from './batch-figures';
import { childrenSum, type Difference } from './batch-sums';
import { h } from './dom';
import { differenceWords, figureWords } from './figures-form-cell';
import { formatNumber, t, tText } from './i18n';
import type { Indicator } from './registry';
import { attempt } from './view';

/** More rows than this are shown by RW. */
const most = 150;

/** How a grid is: only to be read, with what was said about its figures, and with room for notes on them. */
export interface GridLook {
  fixed: boolean;
  /** Notes by "place/indicator". */
  said: Record<string, string>;
  /** A note is wanted on this figure. */
  note?: ((key: string) => void) | undefined;
}

/** The RT of an area as rows, chosen indicators as columns, with the keyboard and the clipboard of a spreadsheet. */
export class FiguresGrid {
  readonly node = h('div.figures-grid');
  private readonly app: App;
  private readonly entry: BatchEntry;
  private readonly area: string;
  private readonly look: GridLook;
  private readonly columns: Set<string>;
  private rw = '';
  private readonly cells = new Map<string, HTMLInputElement>();
  private readonly wrong = new Set<string>();
  private foot = h('tfoot');

  constructor(app: App, entry: BatchEntry, look: GridLook) {
    this.app = app;
    this.entry = entry;
    this.area = entry.batch.area_code;
    this.look = look;
    this.columns = new Set(this.firstColumns());
    this.build();
  }

  /** Shows figures as they stand; null is all of them. */
  draw(keys: readonly string[] | null, differences: Difference[] = this.entry.differences()): void {
    const [first] = this.columns;
    if (first && this.rows().some((place) => !this.cells.has(keyOf(place, first)))) return this.build();
    for (const key of keys ?? this.cells.keys()) this.drawCell(key);
    this.drawFoot(differences);
  }

  private get offered(): Indicator[] {
    return this.entry.indicators.filter((indicator) => indicator.levels.includes('rt'));
  }

  /** What RT have told already, or the first of each sum. */
  private firstColumns(): string[] {
    const told = new Set([...this.entry.all.keys(), ...this.entry.previous.keys()].filter((key) => key.split('/')[0]!.includes('-')).map((key) => key.split('/')[1]!));
    const codes = this.offered.map((indicator) => indicator.code).filter((code) => told.has(code));
    return (codes.length ? codes : groupsOf(this.offered).flatMap(({ lines }) => lines.filter(({ depth }) => depth < 2).map((line) => line.indicator.code))).slice(0, 6);
  }

  private rows(): string[] {
    const below = this.entry.places.filter((place) => levelOf(place) !== 'kelurahan' && place.startsWith(`${this.area}-`));
    const rows = below.filter((place) => levelOf(place) === 'rt' || [...this.columns].some((code) => this.entry.figure(place, code)));
    if (rows.length <= most) return rows;
    this.rw ||= rows[0]!.split('-')[1]!;
    return rows.filter((place) => place.split('-')[1] === this.rw);
  }

  private build(): void {
    const rows = this.rows();
    const columns = this.offered.filter((indicator) => this.columns.has(indicator.code));
    this.cells.clear();
    const body = h('tbody', null, ...rows.map((place) => h('tr', { 'data-place': place }, h('th', { scope: 'row' }, short(place)), ...columns.map((indicator) => h('td', null, this.input(place, indicator))))));
    this.foot = h('tfoot');
    const grid = h(
      'table.grid',
      { 'aria-label': t('grid_of'), onkeydown: (event: KeyboardEvent) => this.key(event), onpaste: (event: ClipboardEvent) => this.paste(event) },
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('grid_place')), ...columns.map((indicator) => h('th', { scope: 'col', title: tText(indicator.help) || null }, tText(indicator.label))))),
      body,
      this.foot,
    );
    const few = rows.length ? [h('div.grid-scroll', { tabindex: '0', role: 'group', 'aria-label': t('grid_of') }, grid), this.look.fixed && !this.look.note ? '' : h('p.small.quiet', null, t(this.look.note ? 'grid_note_help' : 'grid_help'))] : [h('p.empty', null, t(this.look.fixed ? 'grid_none' : 'grid_none_yet'))];
    this.node.replaceChildren(this.tools(), ...few, ...(this.look.fixed ? [] : [this.more(rows.length > 0)]));
    this.draw(null);
  }

  /** Which indicators, and of many RT which RW. */
  private tools(): HTMLElement {
    const boxes = this.offered.map((indicator) => {
      const box = h('input', { type: 'checkbox', checked: this.columns.has(indicator.code), onchange: () => (box.checked ? this.columns.add(indicator.code) : this.columns.delete(indicator.code), this.build()) });
      return h('label.check', null, box, tText(indicator.label));
    });
    const all = [...new Set(this.entry.places.flatMap((place) => place.split('-')[1] ?? []))];
    const choose = h('select.input', { id: 'grid-rw', 'aria-label': t('grid_rw') }, ...all.map((rw) => h('option', { value: rw, selected: rw === this.rw }, `RW ${rw}`)));
    choose.addEventListener('change', () => ((this.rw = choose.value), this.build()));
    const fold = this.node.querySelector('details');
    return h('div.stack', null, h('details.more', { open: fold?.open ?? false }, h('summary', null, t('grid_columns', { n: formatNumber(this.columns.size) })), h('div.grid-columns', null, ...boxes)), this.rw ? choose : null);
  }

  private input(place: string, indicator: Indicator): HTMLInputElement {
    const key = keyOf(place, indicator.code);
    const input = h('input', {
      'data-cell': key,
      inputmode: indicator.kind === 'count' ? 'numeric' : 'decimal',
      autocomplete: 'off',
      readonly: this.look.fixed,
      'aria-label': [placeWords(place), tText(indicator.label), this.look.said[key]].filter(Boolean).join(', '),
      ondblclick: () => this.look.note?.(key),
      onfocus: () => input.select(),
      onblur: () => (this.entry.typed(), this.drawCell(key)),
      oninput: () => this.take([{ key, typed: this.read(input.value, indicator) }], true),
    });
    this.cells.set(key, input);
    return input;
  }

  private read(text: string, indicator: Indicator): Typed {
    return readFigure(text, indicator, t('decimal_mark') as ',' | '.');
  }

  /** Puts in what was typed or pasted; what is no figure stays marked. */
  private take(all: { key: string; typed: Typed }[], typing = false): void {
    const changes: { key: string; figure: Figure | null }[] = [];
    for (const { key, typed } of all) {
      const [place = '', code = ''] = key.split('/');
      if (typed.kind === 'wrong') this.wrong.add(key);
      else {
        this.wrong.delete(key);
        const old = this.entry.figure(place, code);
        changes.push({ key, figure: typed.kind === 'untold' ? null : { ...old, number: typed.kind === 'told' ? typed.number : null } });
      }
      this.mark(key);
    }
    this.entry.set(changes, typing);
  }

  private drawCell(key: string): void {
    const input = this.cells.get(key);
    if (!input) return;
    const [place = '', code = ''] = key.split('/');
    const figure = this.entry.figure(place, code);
    if (document.activeElement !== input && !this.wrong.has(key)) input.value = figureText(figure, t('decimal_mark') as ',' | '.');
    const before = this.entry.previous.get(key);
    input.title = [this.look.said[key], before && t('figure_before', { n: figureWords(before) })].filter(Boolean).join(' · ');
    input.classList.toggle('noted', key in this.look.said);
    input.classList.toggle('changed', this.entry.changed(key));
    this.mark(key);
  }

  private mark(key: string): void {
    const input = this.cells.get(key);
    const wrong = this.wrong.has(key) || this.entry.wrong.has(key) || this.entry.saving.clashes.has(key);
    if (wrong) input?.setAttribute('aria-invalid', 'true');
    else input?.removeAttribute('aria-invalid');
  }

  /** What the rows come to, against what is told of the area. */
  private drawFoot(differences: Difference[]): void {
    const columns = this.offered.filter((indicator) => this.columns.has(indicator.code));
    const sums = columns.map((indicator) => childrenSum(this.entry.all, this.entry.places, this.area, indicator));
    const told = columns.map((indicator) => this.entry.figure(this.area, indicator.code));
    const differs = columns.map((indicator) => differences.find((d) => d.place === this.area && d.indicator === indicator.code && d.of === 'children'));
    this.foot.replaceChildren(
      h('tr', null, h('th', { scope: 'row' }, t('grid_sum')), ...sums.map((sum) => h('td', null, sum ? formatNumber(sum.sum, 6) : '', sum && sum.told < sum.all ? h('span.small.quiet', null, ` ${t('grid_told', { told: formatNumber(sum.told), all: formatNumber(sum.all) })}`) : null))),
      h('tr', null, h('th', { scope: 'row' }, t('grid_area')), ...told.map((figure, i) => h('td', { class: differs[i] && !differs[i]!.explained ? 'differs' : null, title: differs[i] ? differenceWords(differs[i]!) : null }, figure ? figureWords(figure) : '–'))),
    );
  }

  /** Adds RT that are not in the table, and takes the sums over as the area's figures. */
  private more(some: boolean): HTMLElement {
    const rw = h('input.input', { id: 'grid-add-rw', inputmode: 'numeric', maxlength: 3, 'aria-label': 'RW', placeholder: 'RW' });
    const rt = h('input.input', { id: 'grid-add-rt', inputmode: 'numeric', maxlength: 3, 'aria-label': 'RT', placeholder: 'RT' });
    const add = (event: Event): void => {
      event.preventDefault();
      const place = placeWithin(this.area, rw.value, rt.value);
      if (!place || !rt.value.trim()) return void this.app.toast(t('grid_add_wrong'));
      this.entry.addPlace(place);
      this.rw = this.rw && rw.value.padStart(3, '0');
      this.build();
      this.cells.get(keyOf(place, [...this.columns][0] ?? ''))?.focus();
    };
    const known: HTMLButtonElement = h('button.button', { type: 'button', id: 'grid-known', onclick: () => void attempt(this.app, () => this.takeKnown(), known) }, t('grid_known'));
    return h(
      'div.row.grid-more',
      null,
      h('form.row', { onsubmit: add }, rw, rt, h('button.button', { type: 'submit', id: 'grid-add' }, t('grid_add'))),
      known,
      some && h('button.button', { type: 'button', id: 'grid-up', onclick: () => this.takeSums() }, t('grid_up')),
    );
  }

  /** The RT that are registered as assets. */
  private async takeKnown(): Promise<void> {
    const { features } = await this.app.api.get<{ features: { properties: Record<string, unknown> }[] }>(`/api/collections/rt/items?area_code=${this.area}&limit=1000`);
    const places = features.map(({ properties }) => placeWithin(this.area, String(properties.rw ?? ''), String(properties.rt ?? ''))).filter((place) => levelOf(place) === 'rt');
    for (const place of places) this.entry.addPlace(place);
    this.app.toast(t('grid_known_count', { n: formatNumber(places.length) }));
    this.build();
  }

  private takeSums(): void {
    const changes = this.offered.flatMap((indicator) => {
      const sum = this.columns.has(indicator.code) ? childrenSum(this.entry.all, this.entry.places, this.area, indicator) : null;
      const key = keyOf(this.area, indicator.code);
      return sum && sum.told === sum.all ? [{ key, figure: { ...this.entry.all.get(key), number: sum.sum, note: '' } }] : [];
    });
    this.entry.set(changes);
    this.app.toast(t('grid_up_done', { n: formatNumber(changes.length) }));
  }

  private key(event: KeyboardEvent): void {
    const input = event.target as HTMLInputElement;
    if (!input.dataset.cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && this.entry.canUndo) {
      event.preventDefault();
      input.blur();
      const [key] = this.entry.undo();
      return (this.cells.get(key ?? '') ?? input).focus();
    }
    if (event.key === 'Enter' && this.look.note) {
      event.preventDefault();
      return this.look.note(input.dataset.cell);
    }
    const whole = input.selectionEnd! - input.selectionStart! === input.value.length;
    const steps: Record<string, [number, number] | false> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      Enter: [event.shiftKey ? -1 : 1, 0],
      ArrowLeft: (whole || input.selectionEnd === 0) && [0, -1],
      ArrowRight: (whole || input.selectionStart === input.value.length) && [0, 1],
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.beside(input, ...step)?.focus();
  }

  private beside(input: HTMLInputElement, down: number, right: number): HTMLInputElement | undefined {
    const row = input.closest('tr')!;
    const rows = [...row.parentElement!.children];
    const at = [...row.querySelectorAll('input')].indexOf(input);
    return rows[rows.indexOf(row) + down]?.querySelectorAll('input')[at + right];
  }

  /** A block of cells goes in from the cell that has the focus, to the right and down. */
  private paste(event: ClipboardEvent): void {
    const first = event.target as HTMLInputElement;
    const block = readBlock(event.clipboardData?.getData('text/plain') ?? '');
    if (this.look.fixed || !first.dataset.cell || (block.length === 1 && block[0]!.length === 1)) return;
    event.preventDefault();
    const found = block.flatMap((line, down) => line.map((text, right) => ({ text, input: this.beside(first, down, right) })));
    const taken = found.flatMap(({ text, input }) => {
      const code = input?.dataset.cell?.split('/')[1];
      return code ? [{ key: input!.dataset.cell!, input: input!, text, typed: this.read(text, this.entry.byCode.get(code)!) }] : [];
    });
    first.blur();
    this.take(taken);
    for (const { input, text, typed } of taken) if (typed.kind === 'wrong') input.value = text;
    first.focus();
    const wrong = taken.filter(({ typed }) => typed.kind === 'wrong').length;
    this.app.toast([t('paste_done', { n: formatNumber(taken.length - wrong) }), wrong && t('paste_wrong', { n: formatNumber(wrong) }), found.length > taken.length && t('paste_outside', { n: formatNumber(found.length - taken.length) })].filter(Boolean).join(' '));
  }
}

/** "003/005": RW and RT, as the rows say it. */
function short(place: string): string {
  const [, rw, rt] = place.split('-');
  return rt ? `${rw}/${rt}` : `RW ${rw}`;
}
