import type { OverviewRow } from './batch-overview';

/** What a reminder says besides the area: of what, until when, where. */
export interface Asked {
  /** "Muskel/Musdes, Triwulan II 2026" */
  name: string;
  source: string;
  period: string;
  due: string | null;
  origin: string;
}

/**
 * A reminder for those who put in an area's figures, ready to be sent; '' where nothing is to
 * be done there. It is Indonesian whatever language the page has: it goes to somebody else.
 */
export function batchReminder(row: Pick<OverviewRow, 'area_code' | 'area_name' | 'state' | 'batch' | 'told' | 'expected' | 'late'>, { name, source, period, due, origin }: Asked): string {
  const stands: Partial<Record<OverviewRow['state'], string>> = {
    none: 'belum dimulai',
    draft: `baru terisi ${row.told ?? 0}${row.expected ? ` dari ${row.expected}` : ''} angka dan belum dikirim`,
    returned: 'dikembalikan untuk diperbaiki; catatannya ada pada angkanya',
  };
  const stand = stands[row.state];
  if (!stand) return '';
  const kind = { '2': 'Desa', '3': 'Desa Adat' }[row.area_code[9] ?? ''] ?? 'Kelurahan';
  const till = !due ? 'Mohon segera diselesaikan.' : row.late ? `Tenggatnya sudah lewat: ${dayWords(due)}.` : `Mohon dikirim paling lambat ${dayWords(due)}.`;
  const where = row.batch ? `${origin}/#angka=${row.batch}` : `${origin}/#angka=semua/${source}/${period}/${row.area_code}`;
  return [`Yth. PIC ${kind} ${row.area_name},`, '', `Angka ${name} ${stand}.`, till, '', `Isi di sini: ${where}`, '', 'Terima kasih.'].join('\n');
}

function dayWords(day: string): string {
  return new Intl.DateTimeFormat('id-ID', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
