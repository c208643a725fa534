/** How far one village is with one asset type, as the server tells it. */
export interface Row {
  area_code: string;
  area_name: string;
  district: string;
  type: string;
  target: number | null;
  registered: number;
  placed: number;
  confirmed: number;
  returned: number;
  waiting: number;
  last_activity: string | null;
  due: string | null;
  declared: 'complete' | 'none' | null;
  declared_by: string;
  declared_at: string | null;
  confirmed_by: string;
  confirmed_at: string | null;
  late: boolean;
  done: boolean;
  pic: { name: string; title: string }[];
}

/** The whole answer: the rows, and what this account may do where. */
export interface Board {
  as_of: string;
  rows: Row[];
  types: string[];
  may: { declare: string[]; confirm: string[]; target: boolean };
}

/** Where a row or a village stands, the most pressing first. */
export const standings = ['late', 'none', 'going', 'declared', 'done'] as const;
export type Standing = (typeof standings)[number];

export function standingOf(row: Row): Standing {
  if (row.done) return 'done';
  if (row.declared) return 'declared'; // also after the due day: its PIC has done their part
  if (row.late) return 'late';
  return row.registered ? 'going' : 'none';
}

/** One village with its rows, and what they come to. */
export interface Village {
  code: string;
  name: string;
  district: string;
  rows: Row[];
  /** How many of its types are done. */
  done: number;
  registered: number;
  placed: number;
  /** null when no type has a target. */
  target: number | null;
  standing: Standing;
  last: string | null;
}

/** The rows by village, in the order in which they come. */
export function villagesOf(rows: Row[]): Village[] {
  const byCode = new Map<string, Row[]>();
  for (const row of rows) byCode.set(row.area_code, [...(byCode.get(row.area_code) ?? []), row]);
  return [...byCode].map(([code, own]) => villageOf(code, own));
}

function villageOf(code: string, rows: Row[]): Village {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const times = rows.flatMap((row) => row.last_activity ?? []).sort();
  return {
    code,
    name: rows[0]!.area_name,
    district: rows[0]!.district,
    rows,
    done: rows.filter((row) => row.done).length,
    registered: sum((row) => row.registered),
    placed: sum((row) => row.placed),
    target: rows.some((row) => row.target !== null) ? sum((row) => row.target ?? 0) : null,
    standing: together(rows.map(standingOf)),
    last: times.at(-1) ?? null,
  };
}

/** What several standings come to: done when all are; begun when one is. */
function together(all: Standing[]): Standing {
  if (all.every((s) => s === 'done')) return 'done';
  if (all.includes('late')) return 'late';
  if (all.every((s) => s === 'done' || s === 'declared')) return 'declared';
  return all.every((s) => s === 'none') ? 'none' : 'going';
}

/** How many of each standing. */
export function tally(villages: Village[]): Record<Standing, number> {
  const all = { late: 0, none: 0, going: 0, declared: 0, done: 0 };
  for (const village of villages) all[village.standing]++;
  return all;
}

/** Whether fewer are registered than there should be, though it was declared complete. */
export function fallsShort(row: Row): boolean {
  return row.declared === 'complete' && row.target !== null && row.registered < row.target;
}

/** The feature id of an area. */
export function idOf(code: string): number {
  return Number(code.replaceAll('.', ''));
}

/** "Kelurahan Bandar Lor" or "Desa Bulus": the code tells which. */
export function fullName(village: Pick<Village, 'code' | 'name'>): string {
  return `${{ '2': 'Desa', '3': 'Desa Adat' }[village.code[9] ?? ''] ?? 'Kelurahan'} ${village.name}`;
}
