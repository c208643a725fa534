import type { BatchEntry } from './batch-entry';
import { groupsOf, keyOf, type Line } from './batch-figures';
import { childrenSum, type Difference } from './batch-sums';
import { h } from './dom';
import { baseWords } from './figures-form-base';
import { changeOf, differenceWords, figureWords } from './figures-form-cell';
import { formatNumber, t, tText, tValue } from './i18n';
import type { Indicator } from './registry';
import { type Column, table } from './table';

/** Notes that are being written, by "place/indicator"; '' is the one for all. */
export type Notes = Record<string, string>;

/**
 * The figures of an area to be read: now, before, by how much they changed, what does not sum
 * up and why. While it is being returned there is room for a note at each.
 */
export function figuresCheck(entry: BatchEntry, place: string, said: Record<string, string>, notes: Notes | null): HTMLElement {
  const differences = entry.differences().filter((difference) => difference.place === place);
  const told = entry.indicators.filter((indicator) => entry.figure(place, indicator.code) || entry.previous.has(keyOf(place, indicator.code)) || below(entry, place, indicator));
  const untold = entry.indicators.filter((indicator) => !told.includes(indicator));
  const shown = entry.indicators.filter((indicator) => told.includes(indicator));
  const groups = groupsOf(shown).map(({ dimension, lines }) => h('section.check-group', null, h('h4', null, tValue('dimension', dimension)), linesTable(entry, place, tValue('dimension', dimension), lines, differences, said, notes)));
  return h('div.figures-check', { 'data-place': place }, ...groups, untold.length ? h('details.more', null, h('summary', null, t('check_untold', { n: formatNumber(untold.length) })), h('p.small.quiet', null, untold.map(({ label }) => tText(label)).join(', '))) : null);
}

/** What the RT come to, where nobody told the area's own figure. */
function below(entry: BatchEntry, place: string, indicator: Indicator): string {
  const sum = entry.figure(place, indicator.code) ? null : childrenSum(entry.all, entry.places, place, indicator);
  return sum ? t('check_sum', { n: formatNumber(sum.sum, 6) }) : '';
}

function linesTable(entry: BatchEntry, place: string, caption: string, lines: Line[], differences: Difference[], said: Record<string, string>, notes: Notes | null): HTMLElement {
  const before = (line: Line) => entry.previous.get(keyOf(place, line.indicator.code));
  const now = (line: Line) => entry.figure(place, line.indicator.code);
  const columns: Column<Line>[] = [
    { key: 'name', label: t('check_figure'), cell: (line) => h(`span.depth-${Math.min(line.depth, 2)}`, null, tText(line.indicator.label)) },
    ...(entry.previous.size ? [{ key: 'before', label: t('check_before'), cell: (line: Line) => figureWords(before(line)), numeric: true }, { key: 'change', label: t('check_change'), cell: (line: Line) => changeOf(now(line), before(line)), numeric: true }] : []),
    { key: 'now', label: t('check_now'), cell: (line) => h('strong', { class: entry.changed(keyOf(place, line.indicator.code)) ? 'changed' : null }, below(entry, place, line.indicator) || figureWords(now(line))), numeric: true },
  ];
  const more = (line: Line): HTMLElement | null => {
    const key = keyOf(place, line.indicator.code);
    const own = differences.filter((difference) => difference.indicator === line.indicator.code);
    const note = now(line)?.note;
    const about = own.map((difference) => h('p.small', { class: difference.explained ? 'small quiet' : 'small differs' }, differenceWords(difference), difference.explained ? '' : `. ${t('difference_unexplained')}`));
    const base = baseWords(now(line));
    const parts = [...about, base ? h('p.small.quiet', null, base) : null, note ? h('p.small', null, t('difference_note', { note })) : null, said[key] ? h('p.field-note', null, said[key]) : null, notes ? noteInput(notes, key, t('note_at', { name: tText(line.indicator.label) })) : null].filter((part) => part !== null);
    return parts.length ? h('div.stack', null, ...parts) : null;
  };
  return table(caption, columns, lines, { key: '', down: false }, (line) => line.indicator.code, more);
}

/** Room for a note; '' is the one for all. */
export function noteInput(notes: Notes, key: string, label: string): HTMLElement {
  const id = `note-${key.replace(/[^\w-]/g, '_') || 'all'}`;
  const props = { id, maxlength: 1000, autocomplete: 'off', oninput: (event: Event) => (notes[key] = (event.target as HTMLInputElement).value) };
  const input = key ? h('input.input', { ...props, 'aria-label': label, placeholder: t('note_here') }) : h('textarea.input', { ...props, rows: 2 });
  input.value = notes[key] ?? '';
  return key ? input : h('div.field', null, h('label.label', { for: id }, label), input);
}
