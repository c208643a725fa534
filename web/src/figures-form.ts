import type { BatchEntry } from './batch-entry';
import { type Group, groupsOf, keyOf, levelOf } from './batch-figures';
import type { BatchEvent } from './batch';
import type { Difference } from './batch-sums';
import { byId, h } from './dom';
import { FigureCell } from './figures-form-cell';
import { formatNumber, t, tValue } from './i18n';
import { bringToTop } from './sight';

/** The figures of an area on one screen: by group, the ones before beside them, sums checked while typing. */
export class FiguresForm {
  readonly node: HTMLElement;
  private readonly entry: BatchEntry;
  private readonly place: string;
  private readonly groups: { group: Group; fold: HTMLDetailsElement; count: HTMLElement; cells: FigureCell[] }[];

  constructor(entry: BatchEntry, place: string, returned: BatchEvent | null) {
    this.entry = entry;
    this.place = place;
    const groups = groupsOf(entry.indicators.filter((indicator) => indicator.levels.includes(levelOf(place))));
    this.groups = groups.map((group) => this.group(group, returned?.cells ?? {}, groups.length === 1));
    this.node = h('div.figures', { 'data-place': place, onkeydown: (event: KeyboardEvent) => this.key(event) }, ...this.groups.map(({ fold }) => fold));
    this.draw();
  }

  /** Shows the figures as they stand. */
  draw(differences: Difference[] = this.entry.differences()): void {
    for (const { group, count, cells } of this.groups) {
      for (const cell of cells) cell.draw(differences);
      const told = group.lines.filter(({ indicator }) => this.entry.figure(this.place, indicator.code)).length;
      count.textContent = t('figures_told', { n: formatNumber(told), all: formatNumber(group.lines.length) });
    }
  }

  /** Opens the group of an indicator and goes to its input, or to the reason of its difference. */
  focus(indicator: string, why = false): void {
    const found = this.groups.find(({ group }) => group.lines.some((line) => line.indicator.code === indicator));
    found?.fold.setAttribute('open', '');
    const input = this.node.querySelector<HTMLElement>(`#fig-${indicator}${why ? '-why' : ''}`);
    const panel = byId('panel-body');
    bringToTop(panel, input?.closest('.figure'));
    input?.focus({ preventScroll: true });
  }

  private group(group: Group, notes: Record<string, string>, alone: boolean): FiguresForm['groups'][number] {
    const cells = group.lines.map(({ indicator, depth }) => new FigureCell(this.entry, this.place, indicator, depth, notes[keyOf(this.place, indicator.code)] ?? ''));
    const count = h('span.small.quiet');
    const needed = group.lines.some(({ indicator }) => this.entry.figure(this.place, indicator.code) || notes[keyOf(this.place, indicator.code)] || this.entry.previous.has(keyOf(this.place, indicator.code)));
    const fold = h(
      'details.figure-group',
      { open: alone || needed || this.firstGroup(group), 'data-dimension': group.dimension },
      h('summary', null, h('strong.grow', null, tValue('dimension', group.dimension)), count),
      h('ul', null, ...cells.map((cell) => cell.node)),
    ) as HTMLDetailsElement;
    return { group, fold, count, cells };
  }

  private firstGroup(group: Group): boolean {
    return group.lines[0]?.indicator.code === this.entry.indicators[0]?.code;
  }

  /** Enter and the arrows go from input to input, and Ctrl+Z takes back the last edit, wherever it was. */
  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z' && this.entry.canUndo) {
      event.preventDefault();
      target.blur();
      const [key] = this.entry.undo();
      if (key?.startsWith(`${this.place}/`)) this.focus(key.slice(this.place.length + 1));
      return;
    }
    const down = event.key === 'ArrowDown' || event.key === 'Enter';
    if ((!down && event.key !== 'ArrowUp') || !target.matches('.figure-put input')) return;
    event.preventDefault();
    const inputs = [...this.node.querySelectorAll<HTMLInputElement>('details[open] .figure-put input')];
    const next = inputs[inputs.indexOf(target as HTMLInputElement) + (down ? 1 : -1)];
    next?.focus();
    next?.select();
  }
}
