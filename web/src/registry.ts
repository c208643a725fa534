import type { Session } from './api';
import type { Text } from './i18n';

/** An indicator as the server's registry describes it. */
export interface Indicator {
  code: string;
  label: Text;
  help: Text;
  unit: Text;
  kind: 'count' | 'share' | 'rate' | 'index' | 'amount';
  dimension: string;
  direction: 'worse' | 'better' | 'neutral';
  additive: boolean;
  protected: boolean;
  base?: string;
  parts?: string[];
  levels: Level[];
  public: Level[];
  internal: Level[];
  classes: { method: string; count: number };
  counted?: string;
}
export type Level = 'provinsi' | 'kabupaten' | 'kecamatan' | 'kelurahan' | 'rw' | 'rt';

/** Who tells figures. */
export interface Source {
  code: string;
  label: Text;
  help: Text;
  steps: string[];
  periods: ('year' | 'quarter' | 'month' | 'date')[];
  origin: 'area' | 'centre';
  level: Level;
  minutes: boolean;
  legacy: boolean;
}

/** What is published of a source and period. */
export interface Table {
  source: string;
  period: string;
  area_code: string;
  area_name: string;
  edition: number;
  published_at: string;
  revision: number;
  levels: Level[];
  indicators: string[];
  areas: number;
  covered: number;
}

/** What `/api/indicators` answers. */
export interface Registry {
  as_of: string;
  indicators: Indicator[];
  sources: Source[];
  tables: Table[];
}

/** The sources that this account may enter: a PIC those that come from its area, Dinsos those from the centre, an administrator all; legacy ones last. */
export function sourcesFor(session: Session, registry: Registry): Source[] {
  const roles = new Set((session.account?.grants ?? []).map((grant) => grant.role));
  const may = (source: Source): boolean => roles.has('administrator') || roles.has('dinsos') || (source.origin === 'area' && roles.has('pic'));
  const mine = registry.sources.filter(may);
  return [...mine.filter((s) => !s.legacy), ...mine.filter((s) => s.legacy)];
}
