import { type Row, fullName, standingOf, type Village } from './standing';

/**
 * A reminder for a village's PIC, ready to be sent; '' when nothing is missing there. It is
 * Indonesian whatever language the page has: it goes to somebody else.
 */
export function reminderOf(village: Village, labelOf: (type: string) => string, origin: string): string {
  const open = village.rows.filter((row) => !row.done && !row.declared);
  const lines = open.map((row) => `• ${labelOf(row.type)}: ${missing(row).join(', ')}`);
  if (!lines.length) return '';
  const due = open.flatMap((row) => row.due ?? []).sort()[0];
  const titles = [...new Set(village.rows.flatMap((row) => row.pic.map((who) => who.title || who.name)))];
  const till = !due ? 'Mohon segera dilengkapi.' : `${open.some((row) => row.late) ? 'Tenggatnya sudah lewat' : 'Mohon dilengkapi paling lambat'}: ${dayWords(due)}.`;
  return [
    `Yth. ${titles.join(', ') || `PIC ${fullName(village)}`},`,
    '',
    `Pendataan aset ${fullName(village)} belum selesai:`,
    ...lines,
    '',
    till.replace('lambat: ', 'lambat '),
    'Bila sudah benar semua, buka Kemajuan lalu tekan “Nyatakan lengkap”.',
    `Peta: ${origin}/#item=kelurahan/${village.code.replaceAll('.', '')}`,
    `Kemajuan: ${origin}/#kemajuan=${village.code}`,
    '',
    'Terima kasih.',
  ].join('\n');
}

/** What a row still lacks, in words. */
export function missing(row: Row): string[] {
  const said = [
    row.target !== null && row.registered < row.target && `terdaftar ${row.registered} dari target ${row.target}`,
    row.target === null && !row.registered && 'belum ada data',
    row.registered > row.placed && `${row.registered - row.placed} belum dititik`,
    row.returned > 0 && `${row.returned} perubahan dikembalikan untuk diperbaiki`,
  ].filter((text) => text !== false);
  return said.length ? said : [standingOf(row) === 'none' ? 'belum dinyatakan tidak ada' : 'belum dinyatakan lengkap'];
}

function dayWords(day: string): string {
  return new Intl.DateTimeFormat('id-ID', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
