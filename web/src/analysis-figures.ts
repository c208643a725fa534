import type { Api } from './api';
import type { Level, Table } from './registry';

/** What is told of a place: a number, null where nobody has told one, "<10" where it is too small to be said, "*" where it is hidden for another reason. */
export type Told = number | null | string;

/** Published figures of a source, period and level, by places in the order of their codes. */
export interface Figures {
  source: string;
  period: string;
  level: Level;
  published_at: string;
  edition: number;
  revision: number;
  audience: 'public' | 'internal' | 'mixed';
  threshold: number;
  areas: string[];
  names: string[];
  columns: Column[];
}
interface Column {
  indicator: string;
  values: Told[];
  denominators?: Told[];
  denominator_source?: string;
}

/** The figures of one indicator, or what is made of them. */
export interface Series {
  areas: string[];
  names: string[];
  values: Told[];
  /** Who tells of how many a value is. */
  denominatorSource: string;
}

/** Of so many places everything of a table is asked for at once; of more only what is shown. */
const few = 1000;

/** Figures that were asked for, kept while the view is open: what is there is never asked for again. */
export class FigureBook {
  private readonly api: Api;
  private readonly pages = new Map<string, Figures>();

  constructor(api: Api) {
    this.api = api;
  }

  /** The figures with at least these indicators; at once where they are there. */
  async figures(table: Table, level: Level, area: string, codes: string[], signal?: AbortSignal): Promise<Figures> {
    const key = [table.source, table.period, table.edition, level, area].join('/');
    const path = `/api/figures/${encodeURIComponent(table.source)}/${encodeURIComponent(table.period)}?level=${level}${area && `&area=${area}`}`;
    if (!this.pages.has(key) && table.areas <= few && level !== 'rt') this.pages.set(key, await this.api.get<Figures>(path, signal));
    const page = this.pages.get(key);
    const lacking = codes.filter((code) => !page?.columns.some((column) => column.indicator === code));
    if (page && !lacking.length) return page;
    const more = await this.api.get<Figures>(`${path}&indicators=${lacking.join()}`, signal);
    const whole = page ? { ...page, columns: [...page.columns, ...more.columns] } : more;
    this.pages.set(key, whole);
    return whole;
  }

  /** Something was published: what is there may be old. */
  forget(): void {
    this.pages.clear();
  }
}

/** The figures of one indicator; none where the table does not have it. */
export function seriesOf({ areas, names, columns }: Figures, code: string): Series {
  const column = columns.find((c) => c.indicator === code);
  return { areas, names, values: column?.values ?? areas.map(() => null), denominatorSource: column?.denominator_source ?? '' };
}

/**
 * An indicator as per cent of how many there are: of the denominators that were told with it, else of its base.
 * What is hidden on either side stays hidden, and nothing is a share of nothing.
 */
export function shareOf(figures: Figures, code: string, base: string): Series {
  const series = seriesOf(figures, code);
  const told = figures.columns.find((c) => c.indicator === code)?.denominators;
  const whole = seriesOf(figures, base).values;
  return { ...series, values: series.values.map((value, i) => both(value, told?.[i] ?? whole[i]!, (n, of) => (of > 0 ? (100 * n) / of : null))) };
}

/** How much more there is than before, by place; places that only one of them has are missing. */
export function differenceOf(now: Series, before: Series): Series {
  const at = new Map(before.areas.map((area, i) => [area, before.values[i]!]));
  return { ...now, values: now.values.map((value, i) => both(value, at.get(now.areas[i]!) ?? null, (a, b) => a - b)) };
}

function both(a: Told, b: Told, make: (a: number, b: number) => number | null): Told {
  if (typeof a === 'number' && typeof b === 'number') return make(a, b);
  if (typeof a === 'string' || typeof b === 'string') return a === null || b === null ? null : '*';
  return null;
}

/** How many of the values are shown, and how many are not, by why. */
export function tellTally(values: Told[]): { shown: number; hidden: number; missing: number } {
  const missing = values.filter((value) => value === null).length;
  const hidden = values.filter((value) => typeof value === 'string').length;
  return { shown: values.length - missing - hidden, hidden, missing };
}

export function isShown(value: Told): value is number {
  return typeof value === 'number';
}
