import { type Method, methods } from './classify';
import type { Level } from './registry';

/** The two questions that the page answers. */
export type Tab = 'jangkauan' | 'peta';

/** What *Jangkauan* asks. What is '' or null stands for the usual. */
export interface CoverageState {
  /** families, people, desil, or an indicator's code. */
  demand: string;
  desil: [number, number];
  source: string;
  period: string;
  /** The asset type that serves. */
  type: string;
  /** In metres; null is the norm of the type. */
  radius: number | null;
  detour: number;
  /** '' is the whole city. */
  area: string;
  sites: number;
  /** rt, grid, or an asset type. */
  candidates: string;
  objective: 'cover' | 'all';
  capacity: number | null;
  network: boolean;
  /** The scenario that is open, and the one beside it. */
  scenario: number | null;
  beside: number | null;
}

/** What *Peta indikator* shows. */
export interface MapState {
  source: string;
  period: string;
  /** The difference from this period; '' for none. */
  against: string;
  indicator: string;
  /** A second one, for a map of two. */
  second: string;
  level: Level;
  area: string;
  /** Values as they are, or as a share of the base. */
  share: boolean;
  symbols: boolean;
  method: Method | '';
  classes: number | null;
  manual: number[];
  palette: string;
  /** Only values between these are shown. */
  least: number | null;
  most: number | null;
  /** The codes of what is marked. */
  marked: string[];
}

export interface State {
  tab: Tab;
  coverage: CoverageState;
  map: MapState;
  /** Asset types drawn above; null stands for the usual ones. */
  layers: string[] | null;
}

export function usualState(): State {
  return {
    tab: 'jangkauan',
    coverage: {
      demand: '',
      desil: [1, 4],
      source: '',
      period: '',
      type: 'posyandu',
      radius: null,
      detour: 1.3,
      area: '',
      sites: 3,
      candidates: 'rt',
      objective: 'cover',
      capacity: null,
      network: false,
      scenario: null,
      beside: null,
    },
    map: {
      source: '',
      period: '',
      against: '',
      indicator: '',
      second: '',
      level: 'kelurahan',
      area: '',
      share: false,
      symbols: false,
      method: '',
      classes: null,
      manual: [],
      palette: '',
      least: null,
      most: null,
      marked: [],
    },
    layers: null,
  };
}

/** How a part of the state is written and read; what is as usual is left out. */
interface Code<T> {
  write: (of: T) => string;
  read: (text: string, into: T) => void;
}

const word = /^\w+$/;
const period = /^[\dQ-]+$/;
const area = /^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$/;
const place = /^\d\d(\.\d\d){0,2}(\.\d{4}(-\d{3}){0,2})?$/;

function text<T>(key: { [K in keyof T]: T[K] extends string ? K : never }[keyof T], pattern: RegExp): Code<T> {
  return { write: (of) => String(of[key] ?? ''), read: (said, into) => pattern.test(said) && Object.assign(into as object, { [key]: said }) };
}

function number<T>(key: { [K in keyof T]: T[K] extends number | null ? K : never }[keyof T], from: number, to: number): Code<T> {
  return {
    write: (of) => (of[key] === null ? '' : String(of[key])),
    read: (said, into) => {
      const value = said === '' ? NaN : Number(said);
      if (value >= from && value <= to) Object.assign(into as object, { [key]: value });
    },
  };
}

function flag<T>(key: { [K in keyof T]: T[K] extends boolean ? K : never }[keyof T]): Code<T> {
  return { write: (of) => (of[key] ? '1' : ''), read: (said, into) => Object.assign(into as object, { [key]: said === '1' }) };
}

const most = 1e12;

const coverageCodes: Record<string, Code<CoverageState>> = {
  d: text('demand', word),
  e: {
    write: (of) => of.desil.join('-'),
    read: (said, into) => {
      const [from, to] = said.split('-').map(Number);
      if (from! >= 1 && to! >= from! && to! <= 10) into.desil = [from!, to!];
    },
  },
  s: text('source', word),
  p: text('period', period),
  t: text('type', word),
  r: number('radius', 50, 20_000),
  f: number('detour', 1, 3),
  a: text('area', area),
  n: number('sites', 0, 50),
  c: text('candidates', word),
  o: text('objective', /^(cover|all)$/),
  k: number('capacity', 1, 1e6),
  j: flag('network'),
  i: number('scenario', 1, 2 ** 53),
  b: number('beside', 1, 2 ** 53),
};

const mapCodes: Record<string, Code<MapState>> = {
  s: text('source', word),
  p: text('period', period),
  v: text('against', period),
  i: text('indicator', word),
  j: text('second', word),
  l: text('level', /^(provinsi|kabupaten|kecamatan|kelurahan|rt)$/),
  a: text('area', area),
  u: flag('share'),
  o: flag('symbols'),
  m: text('method', new RegExp(`^(${methods.join('|')})$`)),
  n: number('classes', 3, 7),
  x: {
    write: (of) => of.manual.join('_'),
    read: (said, into) => {
      const values = said.split('_').map(Number);
      if (values.length <= 6 && values.every(Number.isFinite)) into.manual = values;
    },
  },
  w: text('palette', word),
  g: number('least', -most, most),
  h: number('most', -most, most),
  z: { write: (of) => of.marked.join('_'), read: (said, into) => (into.marked = said.split('_').filter((code) => place.test(code)).slice(0, 20)) },
};

/** Reads what stands behind `#analisis=`; ignores what makes no sense. */
export function parseState(arg: string): State {
  const state = usualState();
  const [tab, ...rest] = arg.split('/');
  if (tab === 'peta') state.tab = 'peta';
  for (const part of rest) {
    const [key, said = ''] = part.split(/:(.*)/s);
    if (key === 'y') state.layers = said.split('.').filter((name) => word.test(name));
    else if (state.tab === 'peta') read(mapCodes, key!, said, state.map);
    else read(coverageCodes, key!, said, state.coverage);
  }
  return state;
}

function read<T>(codes: Record<string, Code<T>>, key: string, said: string, into: T): void {
  if (Object.hasOwn(codes, key)) codes[key]!.read(said, into);
}

/** Writes what stands behind `#analisis=`, '' for what the page opens with. */
export function formatState(state: State): string {
  const usual = usualState();
  const own = state.tab === 'peta' ? written(mapCodes, state.map, usual.map) : written(coverageCodes, state.coverage, usual.coverage);
  if (state.layers) own.push(`y:${state.layers.join('.')}`);
  return state.tab === 'peta' || own.length ? [state.tab, ...own].join('/') : '';
}

function written<T>(codes: Record<string, Code<T>>, of: T, usual: T): string[] {
  return Object.entries(codes).flatMap(([key, code]) => {
    const said = code.write(of);
    return said === code.write(usual) ? [] : [`${key}:${said}`];
  });
}
