import { h } from './dom';
import { formatTime, t } from './i18n';
import type { GivenGrant } from './roles';

/** An account as administrators see it. */
export interface Person {
  id: number;
  name: string;
  title: string;
  sso: string | null;
  example: boolean;
  disabled_at: string | null;
  created_at: string;
  last_seen_at: string | null;
  second_factor: boolean;
  has_password: boolean;
  invited_until: string | null;
  version: number;
  grants: GivenGrant[];
}

/** Where the server has an account. */
export function accountPath(id: number): string {
  return `/api/accounts/${id}`;
}

/** Whether somebody can log in: active, invited (until when), or disabled. */
export type PersonState = 'active' | 'invited' | 'lapsed' | 'disabled';

export function stateOf(person: Pick<Person, 'disabled_at' | 'has_password' | 'invited_until' | 'sso'>, now: number): PersonState {
  if (person.disabled_at) return 'disabled';
  if (person.has_password || person.sso) return 'active';
  return person.invited_until && Date.parse(person.invited_until) > now ? 'invited' : 'lapsed';
}

/** The state in a word, with until when an invitation holds. */
export function stateTag(person: Person): HTMLElement {
  const state = stateOf(person, Date.now());
  return h(`span.tag.${state}`, null, t(`person_${state}`, { time: person.invited_until ? formatTime(person.invited_until) : '' }));
}
