import { type AssetType, type Feature, type LonLat, Problem, type ReviewRule, type ReviewStep } from './api';
import { type App, pointOf } from './app';
import type { FieldChange } from './compare';
import { t, tText, tValue } from './i18n';

export type ProposalState = 'sent' | 'checking' | 'returned' | 'rejected' | 'withdrawn' | 'published';

/** A person as others see them. */
export interface Person {
  name: string;
  title: string;
}
export interface ProposalEvent {
  at: string;
  actor: string;
  title: string;
  action: 'sent' | 'approved' | 'returned' | 'corrected' | 'rejected' | 'withdrawn' | 'published';
  step: ReviewStep | null;
  note: string;
  /** Notes at single fields, by JSON pointer. */
  fields: Record<string, string>;
}
/** A change that waits for review; the published asset stays as it is beside it. */
export interface Proposal {
  id: number;
  version: number;
  state: ProposalState;
  verb: 'create' | 'update' | 'delete' | 'restore';
  type: string;
  asset_id: number | null;
  asset_version: number | null;
  name: string;
  area_code: string;
  area_name: string;
  to_area: string | null;
  steps: ReviewStep[];
  step: number;
  author: Person & { id: number };
  reason: string;
  sent_at: string;
  changed_at: string;
  closed_at: string | null;
  revision: number | null;
  before: Feature | null;
  after: Feature | null;
  changes: FieldChange[];
  moved_m: number | null;
  events: ProposalEvent[];
  can: { approve: boolean; return: boolean; reject: boolean; withdraw: boolean; correct: boolean };
}
export interface ProposalList {
  proposals: Proposal[];
  matched: number;
  next: string | null;
}

/** A published point that moves farther than this needs a reason where review is on. */
export const reasonMetres = 25;

/** The steps for this type in this area: the longest area's rule wins, then the one that names the type; none is "at once". */
export function reviewSteps(rules: ReviewRule[], type: string, area: string): ReviewStep[] {
  const within = (code: string | null): boolean => !code || area === code || area.startsWith(`${code}.`);
  const weight = (rule: ReviewRule): number => (rule.area?.length ?? 0) * 2 + (rule.type ? 1 : 0);
  const fitting = rules.filter((rule) => within(rule.area) && (!rule.type || rule.type === type));
  return fitting.sort((a, b) => weight(b) - weight(a))[0]?.steps ?? [];
}

/** The proposal that a write became; null for the feature of one that was published at once. */
export function proposalOf(data: unknown): Proposal | null {
  return typeof data === 'object' && data !== null && 'verb' in data ? (data as Proposal) : null;
}

/** The id of the person's own proposal that waits already, where that is why a write was refused; '' otherwise. */
export function waitingOf(error: unknown): string {
  return error instanceof Problem && error.slug === 'waiting' ? String(error.body.proposal ?? '') : '';
}

/** Who looks at it now: "lurah". */
export function stepWords(proposal: Proposal): string {
  return tValue('step', proposal.steps[proposal.step] ?? proposal.steps.at(-1));
}

/** Its state in words, with whom it waits for. */
export function stateWords(proposal: Proposal): string {
  const words = tValue('state', proposal.state);
  return proposal.state === 'sent' || proposal.state === 'checking' ? t('state_waits', { state: words, step: stepWords(proposal) }) : words;
}

/** What it does, in words: "Posyandu baru", "Mengubah strata, titik". */
export function verbWords(proposal: Proposal, type: AssetType | undefined, fields: string[]): string {
  if (proposal.verb === 'create') return t('verb_create', { type: tText(type?.label) });
  if (proposal.verb === 'update') return t('verb_update', { fields: fields.join(', ') });
  return tValue('verb', proposal.verb);
}

/** The last word of a reviewer on a returned or rejected proposal. */
export function lastNote(proposal: Proposal): ProposalEvent | null {
  return [...proposal.events].reverse().find((event) => event.action === proposal.state) ?? null;
}

/** The notes at single fields by the field's name: `geometry`, `strata`. */
export function fieldNotes(event: ProposalEvent | null): Record<string, string> {
  return Object.fromEntries(Object.entries(event?.fields ?? {}).map(([pointer, note]) => [fieldOf(pointer), note]));
}

/** The field that a JSON pointer into a feature means. */
export function fieldOf(pointer: string): string {
  return pointer.replace(/^\/(properties\/)?/, '').split('/')[0]!;
}

/** The JSON pointer of a field of a feature. */
export function pointerOf(field: string): string {
  return field === 'geometry' ? '/geometry' : `/properties/${field}`;
}

/** The point before and after; the same where it does not move. */
export function placesOf(proposal: Proposal): { before: LonLat | null; after: LonLat | null } {
  return { before: proposal.before && pointOf(proposal.before), after: proposal.after && pointOf(proposal.after) };
}

/** Says that a write waits for review and opens what it became: the asset, or the proposal of a new one. */
export function saySent(app: App, proposal: Proposal): void {
  app.toast(t('sent_waits', { step: stepWords(proposal) }), { seconds: 8 });
  app.waiting();
  if (proposal.asset_id) app.open({ collection: proposal.type, id: proposal.asset_id }, { replace: true });
  else app.view('perubahan', String(proposal.id));
}
