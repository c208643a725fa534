/** Counts a list by name on this device: only what comes out of here is ever sent. */

/** What a column of the list means. */
export type Meaning = 'ignore' | 'kk' | 'kelurahan' | 'rw' | 'rt' | 'desil' | { flag: string };

export interface ListPlan {
  /** By position of the column. */
  columns: Meaning[];
  /** A row is a family, or a person. */
  unit: 'keluarga' | 'individu';
  /** Of every row, where no column tells it. */
  kelurahan: string;
}

export interface Village {
  code: string;
  name: string;
}

export interface ListCount {
  /** place → indicator → how many. */
  counts: Map<string, Map<string, number>>;
  /** Rows that could not be counted, by why. */
  left: { no_place: number[]; bad_desil: number[]; bad_rt: number[] };
  counted: number;
}

const usual: [RegExp, Exclude<Meaning, { flag: string }>][] = [
  [/^(no(mor)?\.?\s*)?(kk|kartu\s*keluarga)$/i, 'kk'],
  [/^((nama|kode)[\s_]*)?(kelurahan|desa|desa\s*\/\s*kelurahan|kel(urahan)?\.?\s*\/\s*desa|wilayah)$/i, 'kelurahan'],
  [/^(no(mor)?\.?\s*)?rw$/i, 'rw'],
  [/^(no(mor)?\.?\s*)?rt$/i, 'rt'],
  [/desil/i, 'desil'],
];

/** What a column most likely means; `flags` are the indicators that a yes counts for, by their usual words. */
export function guessMeaning(title: string, flags: { code: string; words: string[] }[]): Meaning {
  const plain = title.trim();
  const found = usual.find(([pattern]) => pattern.test(plain));
  if (found) return found[1];
  const lower = plain.toLowerCase();
  const flag = flags.find(({ words }) => words.some((word) => lower === word || lower.includes(word)));
  return flag ? { flag: flag.code } : 'ignore';
}

const no = new Set(['', '0', '-', '–', 't', 'n', 'tidak', 'tdk', 'tidak ada', 'bukan', 'no', 'false']);

/** Whether a cell says yes: what is empty, 0, "-" or "tidak" says no. */
export function saysYes(cell: string): boolean {
  return !no.has(cell.trim().toLowerCase());
}

/** 3, "RW 03" and "003" as three digits; '' for nothing, null for what is no number. */
export function threeDigits(cell: string): string | null {
  const plain = cell.trim().replace(/^(rt|rw)\.?\s*/i, '');
  if (!plain) return '';
  return /^\d{1,3}$/.test(plain) && Number(plain) > 0 ? plain.padStart(3, '0') : null;
}

/** 1 to 10 from "3", "Desil 3" or "03"; 0 where the list says that it has none; null for anything else. */
export function desilOf(cell: string): number | null {
  const plain = cell.trim().replace(/^desil\s*/i, '');
  if (!plain || /^(-|–|0|belum.*|tidak.*|n\/a)$/i.test(plain)) return 0;
  const value = Number(plain);
  return Number.isInteger(value) && value >= 1 && value <= 10 ? value : null;
}

/** Finds kelurahan by code, with or without dots, or by a name that only one has. */
export function villageFinder(villages: Village[]): (said: string) => string {
  const fold = (text: string): string => text.toLowerCase().replace(/^(kelurahan|kel\.?|desa)\s+/, '').replace(/[^a-z0-9]/g, '');
  const byName = new Map<string, string>();
  for (const { code, name } of villages) {
    const key = fold(name);
    byName.set(key, byName.has(key) ? '' : code);
    byName.set(code.replaceAll('.', ''), code);
  }
  return (said) => byName.get(fold(said)) ?? '';
}

/** Counts the rows; `first` is the number of the first one in the file. Families in a list of people are counted once each, by the number of their KK. */
export function countList(rows: string[][], plan: ListPlan, villages: Village[], first: number): ListCount {
  const find = villageFinder(villages);
  const at = (meaning: Meaning): number => plan.columns.indexOf(meaning);
  const [kelurahan, rw, rt, desil, kk] = [at('kelurahan'), at('rw'), at('rt'), at('desil'), at('kk')];
  const flags = plan.columns.flatMap((meaning, column) => (typeof meaning === 'object' ? [{ column, code: meaning.flag }] : []));
  const result: ListCount = { counts: new Map(), left: { no_place: [], bad_desil: [], bad_rt: [] }, counted: 0 };
  const families = new Set<string>();
  const add = (place: string, indicator: string): void => {
    const of = result.counts.get(place) ?? new Map<string, number>();
    result.counts.set(place, of.set(indicator, (of.get(indicator) ?? 0) + 1));
  };
  rows.forEach((row, i) => {
    const village = kelurahan < 0 ? plan.kelurahan : find(row[kelurahan] ?? '');
    const ranked = desil < 0 ? 0 : desilOf(row[desil] ?? '');
    const inRW = rw < 0 ? '' : threeDigits(row[rw] ?? '');
    const inRT = rt < 0 ? '' : threeDigits(row[rt] ?? '');
    if (!village) return void result.left.no_place.push(first + i);
    if (ranked === null) return void result.left.bad_desil.push(first + i);
    if (inRW === null || inRT === null || (inRT && !inRW)) return void result.left.bad_rt.push(first + i);
    const places = [village, inRW && `${village}-${inRW}`, inRW && inRT && `${village}-${inRW}-${inRT}`].filter(Boolean);
    const family = kk < 0 ? '' : (row[kk] ?? '').replace(/\D/g, '');
    const units = new Set<string>([plan.unit]);
    if (plan.unit === 'individu' && family && !families.has(family)) units.add('keluarga');
    if (family) families.add(family);
    for (const place of places) {
      for (const unit of units) {
        add(place, unit);
        if (desil >= 0) add(place, ranked ? `${unit}_desil_${ranked}` : `${unit}_belum_peringkat`);
      }
      for (const { column, code } of flags) if (saysYes(row[column] ?? '')) add(place, code);
    }
    result.counted++;
  });
  fill(result, plan, desil >= 0, flags.map(({ code }) => code));
  return result;
}

/** A place in which some were counted says zero of what it has none of, since the list was complete. */
function fill(result: ListCount, plan: ListPlan, ranked: boolean, flags: string[]): void {
  const families = plan.unit === 'keluarga' || [...result.counts.values()].some((of) => of.has('keluarga'));
  const units = [plan.unit, ...(families && plan.unit !== 'keluarga' ? ['keluarga'] : [])];
  const codes = units.flatMap((unit) => [unit, ...(ranked ? [...Array.from({ length: 10 }, (_, i) => `${unit}_desil_${i + 1}`), `${unit}_belum_peringkat`] : [])]).concat(flags);
  for (const of of result.counts.values()) for (const code of codes) if (!of.has(code)) of.set(code, 0);
}

/** The counts as a long table that the import takes. */
export function countCSV(counts: ListCount['counts']): string {
  const lines = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([place, of]) => [...of].map(([indicator, n]) => [...place.split('-'), '', ''].slice(0, 3).concat(indicator, String(n)).join(',')));
  return ['kode_wilayah,rw,rt,indikator,nilai', ...lines].join('\r\n') + '\r\n';
}
