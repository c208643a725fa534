import type { Lang, Text } from './i18n';

export type LonLat = [number, number];
export type BBox = [number, number, number, number];

export interface Field {
  name: string;
  label: Text;
  /** What it is called in a desa, where that differs. */
  label_desa?: Text;
  help?: Text;
  sensitivity: 'public' | 'internal' | 'restricted';
  unit?: string;
  widget: string;
  options?: { value: string; label: Text }[];
}
export interface Rule {
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  items?: Rule;
}
export interface AssetType {
  name: string;
  label: Text;
  /** What it is called in a desa, where that differs. */
  label_desa?: Text;
  plural: Text;
  icon: string;
  color: string;
  schema: { required?: string[]; properties?: Record<string, Rule> };
  fields: Field[];
  /** Stands out on the map from this zoom on; farther out it is a speck. */
  min_zoom?: number;
  /** How near it should be, in metres; 0 for no norm. */
  norm_radius_m?: number;
}
export interface Grant {
  role: string;
  area_code: string;
  area_name: string;
  types: string[] | null;
}
export interface Account {
  id: number;
  name: string;
  title: string;
  grants: Grant[];
  second_factor?: boolean;
  /** What this account may do anywhere. */
  may?: Partial<Record<'administer' | 'review' | 'edit' | 'watch' | 'analyse' | 'figures' | 'enter' | 'check' | 'publish', boolean>>;
}
/** Who has to look before an edit is published; no steps: at once. null stands for every type and everywhere. */
export interface ReviewRule {
  type: string | null;
  area: string | null;
  steps: ReviewStep[];
}
export type ReviewStep = 'kelurahan' | 'kecamatan' | 'agency';
export interface Settings {
  basemap: Basemap | null;
  /** The roles that the city named itself. */
  role_names?: Record<string, Text>;
  /** For members only. */
  review?: ReviewRule[];
  figures?: FigureSettings;
  /** The button of the city's own sign-in, where it has one. */
  sign_in?: Text | null;
}
/** What the city chose for its figures. */
export interface FigureSettings {
  /** Numbers above zero and below it are hidden from everybody. */
  public_threshold: number;
  /** The same for the administration. */
  internal_threshold: number;
  /** By source, where the city has others than the registry. */
  steps: Record<string, string[]>;
  /** By source: days of the month after the period. */
  windows: Record<string, { from_day: number; until_day: number }>;
  marks: { code: string; label: Text }[];
}
export interface Basemap {
  url: string;
  attribution: string;
  min_zoom: number;
  max_zoom: number;
  tile_size: number;
}
export interface Session {
  account: Account | null;
  example: boolean;
  city: { name: string; bbox: BBox } | null;
  revision: number;
  as_of: string;
  settings?: Settings;
  /** The administrator who looks as this account; everything is read-only then. */
  viewing?: { by: { id: number; name: string; title: string } } | null;
}
export interface Feature {
  type: 'Feature';
  id: number;
  geometry: { type: 'Point'; coordinates: LonLat } | null;
  properties: Record<string, unknown> & { name: string };
}
export interface FeatureList {
  features: Feature[];
  numberMatched: number;
  numberReturned: number;
  links?: { rel: string; href: string }[];
}
/** What an event says of one feature. */
export interface Change {
  collection: string;
  id: number;
  op: 'create' | 'update' | 'delete';
  extent: BBox | null;
}
export interface Summary {
  revision: number;
  as_of: string;
  counts: { type: string; total: number; placed: number }[];
  areas: Record<string, number>;
}
export interface Answer<T> {
  status: number;
  data: T;
  etag: string;
}

/** What the server refused, as RFC 9457 says it. */
export class Problem extends Error {
  readonly status: number;
  readonly slug: string;
  readonly errors: { pointer: string; code: string; message: string }[];
  readonly body: Record<string, unknown>;
  readonly etag: string;
  /** Seconds to wait before another try; 0 when that is not said. */
  readonly retryAfter: number;
  constructor(status: number, body: Record<string, unknown>, etag = '', retryAfter = 0) {
    super(String(body.detail || body.title || `HTTP ${status}`));
    this.status = status;
    this.slug = String(body.type ?? '').replace('/problems/', '');
    this.errors = (body.errors as Problem['errors']) ?? [];
    this.body = body;
    this.etag = etag;
    this.retryAfter = retryAfter;
  }
}

/** No answer came: no network, or the server is away for now. Worth another try. */
export class Unreachable extends Error {}

interface Options {
  method?: string;
  /** Sent as JSON; a string, a file or a form as it is. */
  body?: unknown;
  /** '' leaves it to the browser, as a form needs. */
  type?: string;
  headers?: Record<string, string>;
  /** Why, kept with the revision. */
  reason?: string;
  signal?: AbortSignal;
}

/** Talks to the server. Remembers the highest revision it wrote, so that reads after a write see it. */
export class Api {
  private readonly lang: Lang;
  private written = 0;
  /** Since when the data stands still, while the server cannot reach its database; '' otherwise. */
  staleSince = '';
  /** Called after every answer; `failed` when the server was away behind it. */
  heard: (failed?: boolean) => void = () => {};

  constructor(lang: Lang) {
    this.lang = lang;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.send<T>(path, signal ? { signal } : {})).data;
  }

  /** Sends a request. Throws Problem for a refusal, Unreachable when nobody answered. */
  async send<T>(path: string, { method = 'GET', body, type = 'application/json', headers = {}, reason, signal }: Options = {}): Promise<Answer<T>> {
    const head: Record<string, string> = { 'Accept-Language': this.lang, Accept: 'application/json', ...headers };
    if (method !== 'GET') head['Patok-Request'] = '1';
    else if (this.written) head['Patok-Min-Revision'] = String(this.written);
    if (body !== undefined && type) head['Content-Type'] = type;
    if (reason) head['Patok-Reason'] = encodeURIComponent(reason);
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, { method, headers: head, body: body === undefined ? null : typeof body === 'string' || body instanceof Blob || body instanceof FormData ? body : JSON.stringify(body), signal: signal ?? null });
      text = await response.text(); // an answer that is cut off is none
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Unreachable('no answer', { cause });
    }
    const data = text[0] === '{' ? JSON.parse(text) : {};
    const etag = response.headers.get('ETag') ?? '';
    if (response.headers.has('Patok-Revision')) this.staleSince = response.headers.get('Patok-As-Of') ?? '';
    this.heard();
    if (response.ok) {
      if (method !== 'GET') this.written = Math.max(this.written, Number(response.headers.get('Patok-Revision') ?? 0));
      return { status: response.status, data: data as T, etag };
    }
    if ([500, 502, 503, 504].includes(response.status)) {
      this.heard(true);
      throw new Unreachable(String(response.status));
    }
    throw new Problem(response.status, data, etag, Number(response.headers.get('Retry-After')));
  }

  /** Sends JSON, with a reason where there is one, and gives what came back. */
  async write<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, reason = ''): Promise<T> {
    return (await this.send<T>(path, { method, body, reason })).data;
  }

  item(item: Item): Promise<Answer<Feature>> {
    return this.send<Feature>(pathOf(item));
  }

  locate([lon, lat]: LonLat, signal?: AbortSignal): Promise<FeatureList> {
    return this.get<FeatureList>(`/api/locate?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`, signal);
  }
}

/** One feature by its collection and id. */
export interface Item {
  collection: string;
  id: number;
}

export function pathOf(item: Item): string {
  return `/api/collections/${encodeURIComponent(item.collection)}/items/${item.id}`;
}

export const areaLevels = ['provinsi', 'kabupaten', 'kecamatan', 'kelurahan'] as const;

export function isArea(collection: string): boolean {
  return (areaLevels as readonly string[]).includes(collection);
}
