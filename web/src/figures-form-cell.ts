import { type Figure, figureText, keyOf, readFigure } from './batch-figures';
import type { BatchEntry } from './batch-entry';
import { childrenSum, type Difference, partsSum, type Sum } from './batch-sums';
import { h } from './dom';
import { FigureBase } from './figures-form-base';
import { formatNumber, t, tText } from './i18n';
import type { Indicator } from './registry';

/** A number as it is read: "1.234", "tidak diketahui", "belum diisi". */
export function figureWords(figure: Figure | undefined | null): string {
  return !figure ? t('figure_untold') : figure.number === null ? t('figure_unknown') : formatNumber(figure.number, 6);
}

/** By how much it is another number than before: "+12"; '' where that cannot be said. */
export function changeOf(now: Figure | undefined, before: Figure | undefined): string {
  if (typeof now?.number !== 'number' || typeof before?.number !== 'number') return '';
  const by = now.number - before.number;
  return by === 0 ? t('figure_same') : `${by > 0 ? '+' : '−'}${formatNumber(Math.abs(by), 6)}`;
}

/** What a difference is, in words: "Jumlah RT 120, selisih 5". */
export function differenceWords(difference: Difference): string {
  const values = { sum: formatNumber(difference.sum, 6), n: formatNumber(Math.abs(difference.told - difference.sum), 6) };
  return t(`differs_${difference.of}`, values);
}

/** One figure of the one-screen form: its input, the one before, and what is said about it in place. */
export class FigureCell {
  readonly node: HTMLElement;
  readonly key: string;
  private readonly entry: BatchEntry;
  private readonly place: string;
  private readonly indicator: Indicator;
  private readonly input: HTMLInputElement;
  private readonly unknown: HTMLButtonElement;
  private readonly before: HTMLElement;
  private readonly sums = h('p.small.quiet.figure-sum');
  private readonly differing = h('div.figure-differs');
  private readonly why: HTMLInputElement;
  private readonly whyLabel: HTMLElement;
  private readonly whyField: HTMLElement;
  private readonly wrong: HTMLElement;
  private readonly clash = h('div.figure-clash');
  /** What a rate is of. */
  private readonly base: FigureBase | null;
  private mistyped = '';

  constructor(entry: BatchEntry, place: string, indicator: Indicator, depth: number, note: string) {
    this.entry = entry;
    this.place = place;
    this.indicator = indicator;
    this.key = keyOf(place, indicator.code);
    const id = `fig-${indicator.code}`;
    const label = tText(indicator.label);
    this.before = h('span.small.quiet.figure-before', { id: `${id}-before` });
    this.wrong = h('p.field-error', { id: `${id}-error`, hidden: true });
    this.input = h('input.input', { id, inputmode: indicator.kind === 'count' ? 'numeric' : 'decimal', autocomplete: 'off', 'aria-describedby': `${id}-before ${id}-said` });
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('blur', () => this.left());
    this.unknown = h('button.button.unknown', { type: 'button', 'data-key': `${id}-unknown`, 'aria-label': t('figure_unknown_of', { name: label }), title: t('figure_unknown'), onclick: () => this.toggleUnknown() }, '?');
    this.whyLabel = h('label.label.small', { for: `${id}-why` });
    this.why = h('input.input', { id: `${id}-why`, maxlength: 500, autocomplete: 'off' });
    this.why.addEventListener('input', () => this.explain());
    this.whyField = h('div.field', { hidden: true }, this.whyLabel, this.why);
    this.base = indicator.kind === 'rate' || indicator.kind === 'share' ? new FigureBase(entry, this.key, id) : null;
    const noteNode = note ? h('p.field-note', { id: `${id}-note` }, note) : null;
    const unit = tText(indicator.unit);
    this.node = h(
      `li.figure.depth-${Math.min(depth, 2)}`,
      { 'data-indicator': indicator.code },
      h('div.figure-name', null, h('label', { for: id, title: tText(indicator.help) || null }, label), this.before),
      h('div.figure-put', null, this.input, unit && h('span.small.quiet.figure-unit', null, unit), this.unknown),
      h('div.figure-said', { id: `${id}-said` }, noteNode, this.base?.node, this.sums, this.differing, this.whyField, this.wrong, this.clash),
    );
  }

  private get figure(): Figure | undefined {
    return this.entry.figure(this.place, this.indicator.code);
  }

  /** Shows the figure as it stands, and how it fits the sums. */
  draw(differences: Difference[]): void {
    const { figure } = this;
    if (document.activeElement !== this.input) this.input.value = figure?.number === null ? '' : figureText(figure, t('decimal_mark') as ',' | '.');
    this.input.placeholder = figure?.number === null ? t('figure_unknown') : t('figure_untold');
    this.unknown.setAttribute('aria-pressed', String(figure?.number === null));
    this.node.classList.toggle('changed', this.entry.changed(this.key));
    this.node.classList.toggle('untold', !figure);
    this.base?.draw(figure);
    this.drawBefore(figure);
    this.drawSums(differences.filter((d) => d.place === this.place && d.indicator === this.indicator.code));
    const wrong = this.mistyped || this.entry.wrong.get(this.key) || '';
    this.wrong.textContent = wrong;
    this.wrong.hidden = !wrong;
    if (wrong) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
    this.drawClash();
  }

  private drawBefore(figure: Figure | undefined): void {
    const before = this.entry.previous.get(this.key);
    const change = changeOf(figure, before);
    this.before.textContent = before ? [t('figure_before', { n: figureWords(before) }), change && `(${change})`].filter(Boolean).join(' ') : '';
  }

  private drawSums(differences: Difference[]): void {
    const parts = partsSum(this.entry.all, this.place, this.indicator);
    const children = childrenSum(this.entry.all, this.entry.places, this.place, this.indicator);
    const fine = [sumWords('parts', parts), sumWords('children', children)].filter((text, i) => text && !differences.some((d) => d.of === (i ? 'children' : 'parts')));
    const whole = this.figure ? undefined : [children, parts].find((sum) => sum && !sum.open && sum.told === sum.all);
    const said = fine.join(' · ') + (whole ? ` ${whole.sum}` : '');
    if (this.sums.dataset.of !== said) this.sums.replaceChildren(fine.join(' · '), whole ? this.useButton(whole.sum, 'sum') : '');
    this.sums.dataset.of = said;
    this.sums.hidden = !fine.length;
    const key = differences.map((d) => `${d.of} ${d.told} ${d.sum}`).join();
    if (this.differing.dataset.of !== key) {
      this.differing.dataset.of = key;
      this.differing.replaceChildren(...differences.map((difference) => this.differenceLine(difference)));
    }
    const note = this.figure?.note ?? '';
    this.whyLabel.textContent = t(differences.length ? 'difference_why' : 'figure_note');
    this.whyField.hidden = !differences.length && !note;
    this.node.classList.toggle('differs', differences.some((d) => !d.explained));
    if (document.activeElement !== this.why) this.why.value = note;
  }

  private differenceLine(difference: Difference): HTMLElement {
    return h('p.small', null, differenceWords(difference), difference.of !== 'points' && this.useButton(difference.sum, difference.of));
  }

  private useButton(number: number, of: string): HTMLElement {
    const use = (): void => this.entry.set([{ key: this.key, figure: { ...this.figure, number, note: '' } }]);
    return h('button.button.plain', { type: 'button', 'data-use': of, onclick: use }, t('difference_use', { n: formatNumber(number, 6) }));
  }

  private drawClash(): void {
    const clash = this.entry.saving.clashes.get(this.key);
    const key = JSON.stringify(clash ?? null);
    if (this.clash.dataset.of === key) return; // a button that is being pressed stays
    this.clash.dataset.of = key;
    const choose = (whose: 'mine' | 'theirs') => (): void => this.entry.settle(this.key, whose);
    this.clash.replaceChildren(
      ...(clash
        ? [
            h('p.small', null, t('clash_told', { mine: figureWords(clash.mine), theirs: figureWords(clash.theirs) })),
            h('div.row', null, h('button.button', { type: 'button', 'data-keep': 'mine', onclick: choose('mine') }, t('clash_mine')), h('button.button', { type: 'button', 'data-keep': 'theirs', onclick: choose('theirs') }, t('clash_theirs'))),
          ]
        : []),
    );
  }

  private typed(): void {
    const typed = readFigure(this.input.value, this.indicator, t('decimal_mark') as ',' | '.');
    this.mistyped = '';
    if (typed.kind === 'wrong') return; // said when the input is left
    if (typed.kind === 'untold') this.put(null);
    else this.put({ number: typed.kind === 'unknown' ? null : typed.number });
  }

  private left(): void {
    const typed = readFigure(this.input.value, this.indicator, t('decimal_mark') as ',' | '.');
    this.mistyped = typed.kind === 'wrong' ? t(`figure_wrong_${typed.why}`) : '';
    this.entry.typed();
    if (typed.kind !== 'wrong') return this.draw(this.entry.differences());
    this.wrong.textContent = this.mistyped;
    this.wrong.hidden = false;
    this.input.setAttribute('aria-invalid', 'true');
  }

  private put(next: { number: number | null } | null): void {
    const { number: _, ...rest } = this.figure ?? { number: null };
    this.entry.set([{ key: this.key, figure: next && { ...rest, ...next } }], true);
  }

  private toggleUnknown(): void {
    this.mistyped = '';
    this.input.value = '';
    const { figure } = this;
    this.entry.set([{ key: this.key, figure: figure?.number === null ? null : { ...figure, number: null } }]);
  }

  private explain(): void {
    const { figure } = this;
    if (figure) this.entry.set([{ key: this.key, figure: { ...figure, note: this.why.value } }], true);
  }
}

function sumWords(of: 'parts' | 'children', sum: Sum | null): string {
  if (!sum) return '';
  const n = formatNumber(sum.sum, 6);
  return sum.told === sum.all ? t(`sum_${of}`, { n }) : t(`sum_${of}_some`, { n, told: formatNumber(sum.told), all: formatNumber(sum.all) });
}
