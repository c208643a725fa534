import { h } from './dom';
import { formatNumber, lang, t } from './i18n';

/** A column of a table: what it says in a row, and by what the rows are sorted. */
export interface Column<Row> {
  key: string;
  label: string;
  cell: (row: Row) => Node | string;
  /** Leaves the column unsorted when absent. */
  sort?: (row: Row) => string | number | null;
  numeric?: boolean;
}

export interface Sorting {
  key: string;
  down: boolean;
}

/**
 * A table whose headers sort it; on a phone each row is a card. `sorting` is kept by who
 * calls, so that a table made again is sorted as before. What `more` gives for a row stands
 * below it in the table's whole width. Of more than `most` rows the first are drawn, the others
 * when they are asked for.
 */
export function table<Row>(
  caption: string,
  columns: Column<Row>[],
  rows: Row[],
  sorting: Sorting,
  keyOf: (row: Row) => string | number,
  more: (row: Row) => Node | null = () => null,
  most = Infinity,
): HTMLElement {
  const body = h('tbody', { role: 'rowgroup' });
  const heads = columns.map((column) => {
    const cell = h('th', { scope: 'col', role: 'columnheader', class: column.numeric ? 'number' : null }, column.label);
    if (!column.sort) return cell;
    cell.replaceChildren(h('button', { type: 'button', 'data-key': `sort-${column.key}`, onclick: () => sortBy(column) }, column.label));
    return cell;
  });
  const draw = (): void => {
    const by = columns.find((c) => c.key === sorting.key);
    columns.forEach((column, i) => {
      if (column.sort) heads[i]!.setAttribute('aria-sort', column !== by ? 'none' : sorting.down ? 'descending' : 'ascending');
    });
    const all = sorted(rows, by?.sort, sorting.down);
    body.replaceChildren(...all.slice(0, most).flatMap((row) => [line(row), below(row)]).filter((element) => element !== null));
    if (all.length > most) body.append(rest(all));
  };
  const rest = (all: Row[]): HTMLElement => {
    const button = h('button.button', { type: 'button', onclick: () => ((most += 500), draw()) }, `${t('more')} (${formatNumber(all.length - most)})`);
    return h('tr.below', { role: 'row' }, h('td', { role: 'cell', colspan: columns.length }, button));
  };
  const line = (row: Row): HTMLElement =>
    h(
      'tr',
      { role: 'row', 'data-id': keyOf(row) },
      ...columns.map((column, i) => h('td', { role: 'cell', 'data-label': i ? column.label : null, class: column.numeric ? 'number' : null }, column.cell(row))),
    );
  const below = (row: Row): HTMLElement | null => {
    const content = more(row);
    return content && h('tr.below', { role: 'row' }, h('td', { role: 'cell', colspan: columns.length }, content));
  };
  const sortBy = (column: Column<Row>): void => {
    Object.assign(sorting, { key: column.key, down: sorting.key === column.key && !sorting.down });
    draw();
  };
  draw();
  const sortable = columns.some((c) => c.sort);
  return h(
    'table.table',
    { role: 'table', 'aria-label': caption },
    h('thead', { role: 'rowgroup', class: sortable ? 'sortable' : null }, h('tr', { role: 'row' }, ...heads)),
    body,
  );
}

/** The rows in order; what has no value comes last whichever way. Equal rows keep their order. */
export function sorted<Row>(rows: Row[], by: Column<Row>['sort'], down: boolean): Row[] {
  if (!by) return rows;
  const words = new Intl.Collator(lang, { numeric: true, sensitivity: 'base' });
  const order = (a: string | number | null, b: string | number | null): number => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const less = typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b));
    return down ? -less : less;
  };
  return [...rows].sort((a, b) => order(by(a), by(b)));
}
