import type { Session } from './api';
import { type App, typeOf } from './app';
import { lastDay } from './dates';
import { formatDate, t, tText, tValue } from './i18n';

export const roles = ['administrator', 'pic', 'reviewer', 'dinsos', 'planner', 'service'] as const;

/** A grant as the server gives it. */
export interface GivenGrant {
  id?: number;
  role: string;
  area_code: string;
  area_name: string;
  types: string[] | null;
  from?: string | null;
  until?: string | null;
  reason?: string;
  active?: boolean;
}

/** Whether this account administers the whole city, and so its settings and its audit log. */
export function administersAll(session: Session): boolean {
  return !session.viewing && (session.account?.grants ?? []).some((g) => g.role === 'administrator' && !g.area_code);
}

/** What the city calls a role, else what Patok calls it. */
export function roleName(session: Session, role: string): string {
  return tText(session.settings?.role_names?.[role]) || tValue('role', role);
}

/** Where and for which types a grant holds: "Kelurahan Mojoroto · Posyandu". */
export function reachWords(app: App, grant: Pick<GivenGrant, 'area_code' | 'area_name' | 'types'>): string {
  const types = (grant.types ?? []).map((name) => tText(typeOf(app, name)?.plural) || name).join(', ');
  return [grant.area_name || grant.area_code || t('everywhere'), types].filter(Boolean).join(' · ');
}

/** Since when and until when, where that is limited. */
export function timeWords({ from, until }: Pick<GivenGrant, 'from' | 'until'>): string {
  const now = Date.now();
  const begins = from && Date.parse(from) > now ? t('from_day', { day: formatDate(from) }) : '';
  const ends = !until ? '' : Date.parse(until) <= now ? t('ended_day', { day: formatDate(lastDay(until)) }) : t('until_day', { day: formatDate(lastDay(until)) });
  return [begins, ends].filter(Boolean).join(', ');
}

/** A whole grant in one line. */
export function grantWords(app: App, grant: GivenGrant): string {
  return [`${roleName(app.session, grant.role)}: ${reachWords(app, grant)}`, timeWords(grant)].filter(Boolean).join(', ');
}
