import { lang, tText } from './i18n';

export type PeriodKind = 'year' | 'quarter' | 'month' | 'date';

/** How long a period is, by how it is written: 2026, 2026-Q1, 2026-03, 2026-03-31. */
export function kindOfPeriod(period: string): PeriodKind {
  return period.length === 4 ? 'year' : period.length === 10 ? 'date' : period[5] === 'Q' ? 'quarter' : 'month';
}

/** "Triwulan II 2026", "Maret 2026", "2026". */
export function periodWords(period: string): string {
  const kind = kindOfPeriod(period);
  if (kind === 'year') return period;
  if (kind === 'quarter') return `${tText({ id: `Triwulan ${['I', 'II', 'III', 'IV'][Number(period[6]) - 1]}`, en: `Quarter ${period[6]}` })} ${period.slice(0, 4)}`;
  const day = new Date(`${kind === 'month' ? `${period}-01` : period}T00:00:00Z`);
  return new Intl.DateTimeFormat(lang === 'id' ? 'id-ID' : 'en-GB', { ...(kind === 'date' && { day: 'numeric' }), month: 'long', year: 'numeric', timeZone: 'UTC' }).format(day);
}

/** The day that it is, 2026-12-31. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The period of this kind in which a day (2026-12-31) lies. */
export function periodOf(kind: PeriodKind, day: string): string {
  const [year, month] = day.split('-');
  if (kind === 'year') return year!;
  if (kind === 'quarter') return `${year}-Q${Math.ceil(Number(month) / 3)}`;
  return kind === 'month' ? `${year}-${month}` : day;
}

/** The period of the same kind before it. */
export function periodBefore(period: string): string {
  const kind = kindOfPeriod(period);
  const year = Number(period.slice(0, 4));
  if (kind === 'year') return String(year - 1);
  if (kind === 'quarter') return period[6] === '1' ? `${year - 1}-Q4` : `${year}-Q${Number(period[6]) - 1}`;
  const day = new Date(`${kind === 'month' ? `${period}-01` : period}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, kind === 'month' ? 7 : 10);
}

/** The period of this kind that ended last. */
export function lastEnded(kind: PeriodKind): string {
  return periodBefore(periodOf(kind, today()));
}

/** So many periods of a kind back from a day, the one that it lies in first. */
export function lastPeriods(kind: PeriodKind, day: string, many: number): string[] {
  const periods = [periodOf(kind, day)];
  while (periods.length < many) periods.push(periodBefore(periods.at(-1)!));
  return periods;
}
