import { Problem } from './api';
import { formatDate, t, tText, tValue } from './i18n';
import { periodWords } from './period';
import type { Registry } from './registry';

/** A look that a batch needs until it is closed: the lurah's, the camat's, Dinas Sosial's. */
export const steps = ['kelurahan', 'kecamatan', 'dinsos'] as const;
export type Step = (typeof steps)[number];
export type BatchState = 'draft' | 'sent' | 'checking' | 'returned' | 'closed' | 'withdrawn';

/** The figures of one area, period and source, and how far they are. */
export interface Batch {
  id: number;
  version: number;
  area_code: string;
  area_name: string;
  kind: string;
  period: string;
  source: string;
  edition: number;
  state: BatchState;
  steps: Step[];
  /** The index of the step that waits. */
  step: number;
  /** Of a correction: why. */
  reason?: string;
  created_at: string;
  changed_at: string;
  sent_at: string | null;
  closed_at: string | null;
  due: string | null;
  late: boolean;
  /** null for who only watches, as minutes and events. */
  figures: { places: number; told: number } | null;
  minutes: Minutes | null;
  events?: BatchEvent[] | null;
  marks: Mark[];
  can: Record<'enter' | 'send' | 'approve' | 'return' | 'withdraw' | 'correct' | 'mark' | 'minutes' | 'purge', boolean>;
}
/** The berita acara of the meeting that agreed on a batch. It holds no names. */
export interface Minutes {
  number: string;
  held_on: string;
  attendance: number;
  note: string;
  kind: 'muskel' | 'musdes';
  scan: { media_type: string; bytes: number; hash: string; added_at: string; purged_at: string | null } | null;
}
export interface BatchEvent {
  at: string;
  by: string;
  title: string;
  action: 'created' | 'sent' | 'approved' | 'returned' | 'withdrawn' | 'closed';
  step: Step | '';
  number: string;
  dated: string | null;
  note: string;
  /** Notes by "place/indicator". */
  cells: Record<string, string>;
}
export interface Mark {
  mark: string;
  label: string | { id: string; en: string };
  dated: string;
  number: string;
  note: string;
  by: string;
  at: string;
}
export interface BatchList {
  batches: Batch[];
  matched: number;
  next: string | null;
}

export const isOpen = (batch: Pick<Batch, 'state'>): boolean => batch.state !== 'closed' && batch.state !== 'withdrawn';

/** "Muskel/Musdes, Triwulan II 2026", and which edition where it is a correction. */
export function batchName(registry: Pick<Registry, 'sources'>, batch: Pick<Batch, 'source' | 'period' | 'edition'>): string {
  const name = `${sourceName(registry, batch.source)}, ${periodWords(batch.period)}`;
  return batch.edition > 1 ? t('batch_edition_of', { name, n: batch.edition }) : name;
}

export function sourceName({ sources }: Pick<Registry, 'sources'>, code: string): string {
  return tText(sources.find((source) => source.code === code)?.label) || code;
}

/** Who takes a step: "lurah", in a desa "kepala desa". */
export function stepWords(step: Step | '' | undefined, kind: string): string {
  return tValue('batch_step', step === 'kelurahan' && kind.startsWith('desa') ? 'desa' : step);
}

/** How far it is, in words: "Terkirim, menunggu lurah". */
export function stateWords(batch: Pick<Batch, 'state' | 'steps' | 'step' | 'kind'>): string {
  const state = tValue('batch_state', batch.state);
  const waits = batch.state === 'sent' || batch.state === 'checking';
  return waits ? t('batch_waits', { state, step: stepWords(batch.steps[batch.step], batch.kind) }) : state;
}

/** Until when, and how late: "tenggat 14 Jul 2026, terlambat 5 hari"; '' where there is no due day or it is closed. */
export function dueWords(due: string | null, late: boolean, today: string): string {
  if (!due) return '';
  const day = formatDate(`${due}T05:00:00Z`);
  const away = daysBetween(due, today);
  if (late) return t('batch_late', { day, n: Math.max(1, away) });
  return away === 0 ? t('batch_due_today', { day }) : away < 0 && away >= -14 ? t('batch_due_soon', { day, n: -away }) : t('batch_due', { day });
}

/** Whole days from one date to another; negative when it lies before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** The newest due first, those without a due day by their period. */
export function byDue(a: Batch, b: Batch): number {
  const key = (batch: Batch): string => batch.due ?? batch.period;
  return key(b).localeCompare(key(a)) || a.area_name.localeCompare(b.area_name);
}

/** What waits for whom: to fill in, to mend, to check. A batch is in one of them at most. */
export function waitingOf(batches: Batch[]): { returned: Batch[]; check: Batch[]; fill: Batch[]; others: Batch[] } {
  const of = (take: (batch: Batch) => boolean): Batch[] => batches.filter(take).sort(byDue);
  const returned = (batch: Batch): boolean => batch.state === 'returned' && batch.can.enter;
  const check = (batch: Batch): boolean => batch.can.approve;
  const fill = (batch: Batch): boolean => batch.state === 'draft' && batch.can.enter;
  return { returned: of(returned), check: of((b) => !returned(b) && check(b)), fill: of((b) => !check(b) && fill(b)), others: of((b) => !returned(b) && !check(b) && !fill(b)) };
}

/** What was said when it was last returned; null unless it came back. */
export function lastReturn(batch: Pick<Batch, 'state' | 'events'>): BatchEvent | null {
  if (batch.state !== 'returned') return null;
  return [...(batch.events ?? [])].reverse().find((event) => event.action === 'returned') ?? null;
}

/** How a batch stands, where a write was refused because it moved on; null for another refusal. */
export function currentOf(error: unknown): Batch | null {
  return error instanceof Problem && error.status === 412 && error.body.current ? (error.body.current as Batch) : null;
}

/** "Kelurahan Bandar Lor": the code tells which kind. */
export function areaWords({ area_code, area_name }: Pick<Batch, 'area_code' | 'area_name'>): string {
  if (area_code.length < 13) return area_name;
  return `${{ '2': 'Desa', '3': 'Desa Adat' }[area_code[9] ?? ''] ?? 'Kelurahan'} ${area_name}`;
}
