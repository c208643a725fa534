import { parse } from 'papaparse';

/** A sheet of a file, every cell as text; what is empty is ''. */
export interface Sheet {
  name: string;
  rows: string[][];
}

/** The largest file that is read, in bytes: a phone must hold it. */
export const maxFileBytes = 20 << 20;
/** The most rows of a sheet that are read. */
export const maxRows = 200_000;

/** Why a file cannot be read at all: the key of the words. */
export class Unreadable extends Error {
  readonly why: 'sheet_too_large' | 'sheet_broken' | 'sheet_empty';
  constructor(why: Unreadable['why']) {
    super(why);
    this.why = why;
  }
}

/** Reads a CSV or XLSX file on this device; nothing is sent anywhere. */
export async function readSheets(file: File): Promise<Sheet[]> {
  if (file.size > maxFileBytes) throw new Unreadable('sheet_too_large');
  const bytes = await file.arrayBuffer();
  const zipped = new Uint8Array(bytes.slice(0, 2)).join() === '80,75'; // "PK"
  let sheets: Sheet[];
  try {
    sheets = zipped ? await readXLSX(bytes) : [{ name: file.name, rows: readCSV(textOf(bytes)) }];
  } catch (cause) {
    throw Object.assign(new Unreadable('sheet_broken'), { cause });
  }
  sheets = sheets.map((sheet) => ({ ...sheet, rows: sheet.rows.filter((row) => row.some((cell) => cell)) })).filter((sheet) => sheet.rows.length > 0);
  if (!sheets.length) throw new Unreadable('sheet_empty');
  if (sheets.some((sheet) => sheet.rows.length > maxRows)) throw new Unreadable('sheet_too_large');
  return sheets;
}

/** Text in UTF-8, UTF-16 with its mark, or else Windows-1252, as spreadsheets write it. */
export function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Rows of a CSV with commas, semicolons, tabs or bars. */
export function readCSV(text: string): string[][] {
  return parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: 'greedy', delimitersToGuess: [',', ';', '\t', '|'] }).data.map((row) => row.map((cell) => cell.trim()));
}

async function readXLSX(bytes: ArrayBuffer): Promise<Sheet[]> {
  const { default: read } = await import('read-excel-file/universal');
  const sheets = await read(bytes);
  return sheets.map(({ sheet, data }) => ({ name: sheet, rows: data.map((row) => row.map(cellText)) }));
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  // All digits of a number: 3.57101E+15 would hide an identifier.
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? cell.toFixed(0) : Math.abs(cell) >= 1e15 ? BigInt(Math.round(cell)).toString() : String(cell);
  return String(cell).trim();
}
