import type { BatchEntry } from './batch-entry';
import { cellOf, type Figure, figureText, readFigure } from './batch-figures';
import { h } from './dom';
import { formatNumber, t } from './i18n';

/** What a rate is of: the number of all, and who says so. */
export class FigureBase {
  readonly node: HTMLElement;
  private readonly entry: BatchEntry;
  private readonly key: string;
  private readonly of: HTMLInputElement;
  private readonly source: HTMLInputElement;

  constructor(entry: BatchEntry, key: string, id: string) {
    this.entry = entry;
    this.key = key;
    const input = (part: string, props: Record<string, unknown>): HTMLInputElement => {
      const made: HTMLInputElement = h('input.input', { id: `${id}-${part}`, autocomplete: 'off', oninput: () => this.put(), onblur: () => this.entry.typed(), ...props });
      return made;
    };
    this.of = input('base', { inputmode: 'numeric' });
    this.source = input('base-source', { maxlength: 200 });
    this.node = h('div.figure-base', null, h('div.field', null, h('label.label.small', { for: this.of.id }, t('figure_base')), this.of), h('div.field', null, h('label.label.small', { for: this.source.id }, t('figure_base_source')), this.source));
  }

  /** Shows it as it stands; where no number is told there is nothing that it could be of. */
  draw(figure: Figure | undefined): void {
    this.node.hidden = typeof figure?.number !== 'number';
    if (document.activeElement !== this.of) this.of.value = typeof figure?.denominator === 'number' ? figureText({ number: figure.denominator }, t('decimal_mark') as ',' | '.') : '';
    if (document.activeElement !== this.source) this.source.value = figure?.denominator_source ?? '';
  }

  private put(): void {
    const { place, indicator } = cellOf(this.key);
    const figure = this.entry.figure(place, indicator);
    const typed = readFigure(this.of.value, { kind: 'count' }, t('decimal_mark') as ',' | '.');
    const fine = typed.kind === 'told' || typed.kind === 'untold';
    if (fine) this.of.removeAttribute('aria-invalid');
    else this.of.setAttribute('aria-invalid', 'true');
    if (figure && fine) this.entry.set([{ key: this.key, figure: { ...figure, denominator: typed.kind === 'told' ? typed.number : null, denominator_source: this.source.value.trim() } }], true);
  }
}

/** "dari 301.424 (Dukcapil)"; '' where nothing is told of it. */
export function baseWords(figure: Figure | undefined): string {
  if (typeof figure?.denominator !== 'number') return '';
  return t('figure_base_of', { n: formatNumber(figure.denominator), source: figure.denominator_source || t('figure_base_unsaid') });
}
