/** Recognises a list of people by name, which never leaves the device, from a table of counts, which may. */

/** 16 digits in a row, whatever spaces, dots, dashes or quotes stand between them: a NIK or the number of a KK. */
export function hasIdentifier(text: string): boolean {
  return /(?<!\d)(?:\d[\s.\-'"]*){15}\d(?!\d)/.test(text) || (/^\d(?:[.,]\d+)?e\+?15$/i.test(text.trim()));
}

/** The header of a sheet: the first row with as many filled cells as most rows have. */
export function headerRow(rows: string[][]): number {
  const filled = rows.slice(0, 50).map((row) => row.filter(Boolean).length);
  const usual = [...filled].sort((a, b) => a - b)[Math.floor(filled.length / 2)] ?? 0;
  const at = filled.findIndex((n, i) => n >= Math.max(1, usual - 1) && rows[i]!.some((cell) => /[a-z]/i.test(cell)));
  return Math.max(0, at);
}

export interface Named {
  /** Positions of the columns that tell who somebody is. */
  columns: number[];
  /** Whether the rows are families or people, so that the sheet has to be counted. */
  list: boolean;
}

const idHeader = /^(no(mor)?\.?\s*)?(nik|kk|kartu\s*keluarga|induk\s*kependudukan)(\s*\(.*\))?$/i;
const nameHeader = /^(nama(\s*(lengkap|krt|kk|kepala\s*keluarga|anggota.*|penerima.*|warga|individu))?|kepala\s*keluarga)$/i;
const personalHeader = /^(alamat.*|tempat\s*lahir|(tanggal|tgl)\.?\s*lahir|no(mor)?\.?\s*(hp|telp.*|telepon|rekening)|nama\s*ibu.*)$/i;

/**
 * Which columns of a sheet tell who somebody is: by their values (16 digits), or by their header
 * where the values are not plain counts. *Nama Kelurahan* and *Jumlah KK* are no such columns.
 */
export function findNames(header: string[], rows: string[][]): Named {
  const columns: number[] = [];
  let list = false;
  header.forEach((title, column) => {
    const values = rows.map((row) => row[column] ?? '').filter(Boolean);
    const identified = values.some(hasIdentifier);
    const counts = values.length > 0 && values.every((value) => /^\d{1,6}([.,]\d+)?$/.test(value));
    const named = !counts && values.length > 0 && (idHeader.test(title.trim()) || nameHeader.test(title.trim()));
    if (identified || named || (personalHeader.test(title.trim()) && values.length > 0)) columns.push(column);
    if (identified || named) list = true;
  });
  return { columns, list };
}
