import type { AssetType, Field, Rule } from './api';
import type { Text } from './i18n';

export type Values = Record<string, unknown>;

/** One question of the form, made from the type's field and its schema. */
export interface Control {
  name: string;
  label: Text;
  help?: Text | undefined;
  kind: 'text' | 'area' | 'number' | 'select' | 'multi' | 'date' | 'time' | 'tel' | 'url' | 'email' | 'password' | 'pick';
  required: boolean;
  options: { value: string; label: Text }[];
  unit: string;
  integer: boolean;
  boolean: boolean;
  min?: number | undefined;
  max?: number | undefined;
  maxLength?: number | undefined;
  pattern?: string | undefined;
  /** What the browser may fill in; nothing unless said. */
  autocomplete?: string;
  /** Where a picked value comes from. */
  picker?: Picker;
  /** Behind "Isian lain", since most people do not need it. */
  more: boolean;
}

/** What can be picked from a search. */
export interface Choice {
  value: string;
  label: string;
  under?: string;
  /** How it looks in the list, instead of label and under. */
  line?: Node[];
}
export interface Picker {
  ask: (q: string, signal: AbortSignal) => Promise<Choice[]>;
  placeholder?: string;
  /** What the form's own value stands for. */
  chosen?: Choice;
  picked?: (choice: Choice) => void;
}

const yesNo = [
  { value: 'true', label: { id: 'Ya', en: 'Yes' } },
  { value: 'false', label: { id: 'Tidak', en: 'No' } },
];
const conditions = [
  { value: 'baik', label: { id: 'Baik', en: 'Good' } },
  { value: 'rusak_ringan', label: { id: 'Rusak ringan', en: 'Lightly damaged' } },
  { value: 'rusak_berat', label: { id: 'Rusak berat', en: 'Badly damaged' } },
];
const operations = [
  { value: 'aktif', label: { id: 'Aktif', en: 'Active' } },
  { value: 'tidak_aktif', label: { id: 'Tidak aktif', en: 'Inactive' } },
  { value: 'tutup', label: { id: 'Tutup', en: 'Closed' } },
  { value: 'rencana', label: { id: 'Rencana', en: 'Planned' } },
];

/** A question with its label in both languages; a text that may stay empty unless `extra` says otherwise. */
export function control(name: string, id: string, en: string, extra: Partial<Control> = {}): Control {
  return { name, label: { id, en }, kind: 'text', required: false, options: [], unit: '', integer: false, boolean: false, more: false, ...extra };
}

/** How many of a type's own questions stand open; the rest, if not required, waits behind a fold. */
const openFields = 6;

/** The questions of a type's form, in order. `kind` is that of the area, kelurahan or desa, which some labels follow. */
export function controlsOf(type: AssetType, kind = ''): Control[] {
  const own = type.fields.map((field, i) => controlOf(field, type, i, kind));
  return [
    control('name', 'Nama', 'Name', { required: true, maxLength: 200 }),
    control('rt', 'RT', 'RT', { maxLength: 3, pattern: '\\d{1,3}', help: { id: 'Tiga angka, misalnya 005', en: 'Three digits, for example 005' } }),
    control('rw', 'RW', 'RW', { maxLength: 3, pattern: '\\d{1,3}' }),
    control('address', 'Alamat', 'Address', { maxLength: 500 }),
    ...own.filter((c) => !c.more),
    control('condition', 'Kondisi', 'Condition', { kind: 'select', options: conditions }),
    control('operation', 'Keadaan', 'Status', { kind: 'select', options: operations, required: true }),
    ...own.filter((c) => c.more),
    control('source', 'Sumber', 'Source', { more: true, maxLength: 500 }),
    control('note', 'Catatan', 'Note', { more: true, kind: 'area', maxLength: 2000 }),
  ];
}

/** Asked for only when the point lies outside the kelurahan. */
export const reasonControl = control('placement_reason', 'Alasan titiknya di luar kelurahan', 'Why the point lies outside the village', { kind: 'area', required: true, maxLength: 500 });

/** Asked for when a published point moves far and the change waits for review; it is told the reviewer, not kept with the asset. */
export const moveReasonControl = control('reason', 'Alasan memindahkan titik', 'Why the point moves', { kind: 'area', required: true, maxLength: 500 });

/** Why something is refused, undone or sent again. */
export const whyControl = control('why', 'Alasan', 'Reason', { kind: 'area', required: true, maxLength: 500 });

function controlOf(field: Field, type: AssetType, index: number, kind: string): Control {
  const rule: Rule = type.schema.properties?.[field.name] ?? {};
  const types = [rule.type ?? []].flat();
  const boolean = field.widget === 'check' || types.includes('boolean');
  const listed = field.options?.length ? field.options : (rule.enum ?? rule.items?.enum ?? []).filter((v) => v !== null).map((v) => ({ value: String(v), label: { id: String(v), en: String(v) } }));
  const many = field.widget === 'multi' || types.includes('array');
  const numeric = field.widget === 'number' || types.includes('integer') || types.includes('number');
  const plain = ['date', 'time', 'tel', 'url', 'email'].includes(field.widget) ? (field.widget as Control['kind']) : (rule.maxLength ?? 0) > 300 ? 'area' : 'text';
  const required = (type.schema.required ?? []).includes(field.name);
  return {
    name: field.name,
    label: (kind.startsWith('desa') && field.label_desa) || field.label,
    help: field.help,
    kind: boolean ? 'select' : many ? 'multi' : listed.length ? 'select' : numeric ? 'number' : plain,
    required,
    options: boolean ? yesNo : listed,
    unit: field.unit ?? '',
    integer: types.includes('integer'),
    boolean,
    min: rule.minimum,
    max: rule.maximum,
    maxLength: rule.maxLength,
    pattern: rule.pattern,
    more: !required && index >= openFields,
  };
}

/** What is wrong with an answer before it is sent; the page has words for each. */
export type Wrong = 'required' | 'number' | 'integer' | 'min' | 'max' | 'pattern' | 'pick';

/** Turns what was typed into the value that is sent; null is "no answer". */
export function readAnswer(control: Control, raw: string | string[]): { value: unknown; wrong?: Wrong } {
  if (Array.isArray(raw)) return raw.length ? { value: raw } : empty(control);
  if (control.kind === 'password' && raw) return { value: raw };
  const text = raw.trim();
  if (!text) return empty(control);
  if (control.boolean) return { value: text === 'true' };
  if (control.kind === 'number') return readNumber(control, text);
  if (control.name === 'rt' || control.name === 'rw') return /^\d{1,3}$/.test(text) ? { value: text.padStart(3, '0') } : { value: text, wrong: 'pattern' };
  if (control.pattern && !matches(control.pattern, text)) return { value: text, wrong: 'pattern' };
  return { value: text };
}

function empty(control: Control): { value: unknown; wrong?: Wrong } {
  return control.required ? { value: null, wrong: 'required' } : { value: null };
}

/** A schema's pattern is unanchored and speaks the dialect of JavaScript; one we cannot read is the server's to judge. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

/** 1.234,5 and 1234.5 alike; a point before exactly three digits groups thousands only beside others or a comma. */
function readNumber(control: Control, text: string): { value: unknown; wrong?: Wrong } {
  const plain = /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(text) && (control.integer || text.includes(',') || text.split('.').length > 2) ? text.replaceAll('.', '') : text;
  const value = Number(plain.replace(',', '.').replace(/\s/g, ''));
  if (!Number.isFinite(value)) return { value: text, wrong: 'number' };
  if (control.integer && !Number.isInteger(value)) return { value, wrong: 'integer' };
  if (control.min !== undefined && value < control.min) return { value, wrong: 'min' };
  if (control.max !== undefined && value > control.max) return { value, wrong: 'max' };
  return { value };
}

/** The answers that were given, without those that were not. */
export function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** The members of `now` that differ from `before`, as a merge patch: null takes a member away. */
export function changesOf(before: Values, now: Values): Values {
  const patch: Values = {};
  for (const [name, value] of Object.entries(now)) {
    if (!same(before[name] ?? null, value ?? null)) patch[name] = value ?? null;
  }
  return patch;
}

export interface Conflict {
  name: string;
  mine: unknown;
  theirs: unknown;
}

/** The fields that I changed and somebody else changed otherwise since `base`. */
export function conflictsOf(base: Values, mine: Values, theirs: Values): Conflict[] {
  return Object.keys(mine)
    .filter((name) => !same(base[name] ?? null, theirs[name] ?? null) && !same(mine[name] ?? null, theirs[name] ?? null))
    .map((name) => ({ name, mine: mine[name] ?? null, theirs: theirs[name] ?? null }));
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
