import { type Api, Problem } from './api';
import type { CoverageState } from './analysis-state';

/** What is asked of the server. */
export interface CoverageRequest {
  demand: { by: 'families' | 'people' | 'indicator'; indicator?: string | { desil: [number, number] }; source?: string; period?: string };
  supply: { type: string; operation?: string[]; capacity: number | null };
  /** '' is everywhere. */
  area: string;
  radius_m: number;
  detour: number;
  network: boolean;
  sites: { p: number; candidates: 'rt' | 'grid' | { type: string }; objective: 'cover' | 'all' } | null;
}

/** A kelurahan, kecamatan, RW or RT in a result. */
export interface CoveredArea {
  code: string;
  name: string;
  level: string;
  weight: number;
  covered: number;
  share: number | null;
  rt: number;
  rt_unplaced: number;
  nearest_p50: number | null;
  ratio: number | null;
  gap: number;
}
/** An RT in a result; only for who may see it. */
export interface DemandPoint {
  place: string;
  asset: number | null;
  name: string;
  lon: number;
  lat: number;
  weight: number | string;
  estimated: boolean;
  nearest_m: number | null;
  nearest: { id: number; name: string } | null;
  covered: boolean;
  ratio: number | null;
  rank: number | null;
}
export interface NewSite {
  rank: number;
  lon: number;
  lat: number;
  /** null on the grid. */
  candidate: { place?: string; asset: number; name: string } | null;
  gain: number;
  covered_after: number;
  share_after: number;
}
export interface CoverageResult {
  as_of: string;
  revision: number;
  request: CoverageRequest;
  total: { weight: number; covered: number; share: number | null; rt: number; rt_covered: number; estimated_share: number | null; unlocated: number };
  distance: Record<'p10' | 'p25' | 'p50' | 'p75' | 'p90' | 'p95' | 'max', number | null> | null;
  areas: CoveredArea[];
  /** Only for who may see RT. */
  demand?: DemandPoint[];
  sites?: NewSite[];
  siting?: { objective: 'cover' | 'all'; optimal: boolean; gap: number; lower_bound: number | null; needed: number | null };
  notes: { code: string; text: string; count: number | null }[];
}

/** The request that a state stands for, where the area of everything is `home`. */
export function requestOf(state: CoverageState, norm: number, home: string): CoverageRequest {
  const { demand, desil, source, period, candidates } = state;
  const by = demand === 'families' || demand === 'people' ? demand : 'indicator';
  return {
    demand: by === 'indicator' ? { by, indicator: demand === 'desil' ? { desil } : demand, source, period } : { by },
    supply: { type: state.type, capacity: state.capacity },
    area: state.area || home,
    radius_m: state.radius ?? norm,
    detour: state.detour,
    network: state.network,
    sites: state.sites ? { p: state.sites, candidates: candidates === 'rt' || candidates === 'grid' ? candidates : { type: candidates }, objective: state.objective } : null,
  };
}

/** The state that a request stands for; the opposite of requestOf. */
export function stateOf(request: CoverageRequest, home: string): Partial<CoverageState> {
  const { demand, supply, sites } = request;
  const desil = typeof demand.indicator === 'object' ? demand.indicator.desil : null;
  return {
    demand: demand.by !== 'indicator' ? demand.by : desil ? 'desil' : String(demand.indicator),
    ...(desil && { desil }),
    source: demand.source ?? '',
    period: demand.period ?? '',
    type: supply.type,
    capacity: supply.capacity ?? null,
    area: request.area === home ? '' : request.area,
    radius: request.radius_m,
    detour: request.detour,
    network: request.network,
    sites: sites?.p ?? 0,
    ...(sites && { candidates: typeof sites.candidates === 'object' ? sites.candidates.type : sites.candidates, objective: sites.objective }),
  };
}

interface Job {
  id: string;
  state: 'running' | 'done' | 'failed' | 'stopped';
  progress: number;
  result: CoverageResult | null;
  /** Why it failed. */
  detail: string;
}

/**
 * Computes on the server: what is quick is answered at once, what is not becomes a job that is asked for until
 * it is done, telling how far it is. Aborting `signal` stops the job; the server is busy for a while at most.
 */
export async function compute(api: Api, request: CoverageRequest, told: (progress: number) => void, signal: AbortSignal): Promise<CoverageResult> {
  const { status, data } = await patiently(() => api.send<CoverageResult | Job>('/api/coverage', { method: 'POST', body: request, signal }), signal);
  if (status !== 202) return data as CoverageResult;
  const path = `/api/coverage/${encodeURIComponent((data as Job).id)}`;
  const stop = (): void => void api.send(path, { method: 'DELETE' }).catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      await pause(400, signal);
      const job = await api.get<Job>(path, signal);
      told(job.progress);
      if (job.result) return job.result;
      if (job.state !== 'running') throw new Problem(500, { detail: job.detail });
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** One run at a time belongs to an account: the one before may still be stopping. */
async function patiently<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 429 || tries >= 4) throw error;
      await pause(Math.max(500, error.retryAfter * 1000), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => (window.clearTimeout(timer), reject(signal.reason as Error));
    const timer = window.setTimeout(() => (signal.removeEventListener('abort', over), resolve()), ms);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });
}

/** Where somebody lives too far: those with most weight first, then the farthest, as the server ranks them. */
export function ranked(points: DemandPoint[]): DemandPoint[] {
  return points.filter((point) => point.rank !== null && !point.covered).sort((a, b) => a.rank! - b.rank!);
}

/** The kelurahan that an RT or RW lies in. */
export function kelurahanOf(place: string): string {
  return place.split('-')[0]!;
}

/** "RT 005 RW 003" of 35.71.01.1001-003-005. */
export function rtOf(place: string): string {
  const [, rw, rt] = place.split('-');
  return [rt && `RT ${rt}`, rw && `RW ${rw}`].filter(Boolean).join(' ');
}
