import { accountPath, type Person } from './accounts';
import type { App } from './app';
import { ask } from './ask';
import { dayEnd, dayStart } from './dates';
import { h } from './dom';
import { type Control, control, filled, type Picker, type Values } from './form';
import { lang, t } from './i18n';
import { type GivenGrant, reachWords, roleName, roles, timeWords } from './roles';
import { areaControl, typesControl } from './scope';

/** What somebody may do and where: what holds first, then what is over. */
export function grantBlock(app: App, person: Person, again: () => void): HTMLElement {
  const over = (grant: GivenGrant): boolean => !!grant.until && Date.parse(grant.until) <= Date.now();
  const held = person.grants.filter((g) => !over(g));
  const ended = person.grants.filter(over);
  return h(
    'section.block',
    { id: 'grants' },
    h('h3', null, t('grants')),
    held.length ? h('ul.items.lines', null, ...held.map((grant) => line(app, person, grant, again))) : h('p.empty', null, t('grants_none')),
    h('button.button', { type: 'button', id: 'grant-add', onclick: () => add(app, person, again) }, t('grant_add')),
    ended.length > 0 && h('details.more', null, h('summary', null, t('grants_ended', { n: ended.length })), h('ul.items.lines', null, ...ended.map((grant) => line(app, person, grant, null)))),
  );
}

function line(app: App, person: Person, grant: GivenGrant, again: (() => void) | null): HTMLElement {
  return h(
    'li',
    { 'data-id': grant.id },
    h('span.grow', null, h('span', null, `${roleName(app.session, grant.role)}: ${reachWords(app, grant)}`), h('span.small.quiet', null, [timeWords(grant), grant.reason].filter(Boolean).join(' · '))),
    again && h('span.row', null, h('button.button', { type: 'button', onclick: () => handOver(app, person, grant, again) }, t('hand_over')), h('button.button', { type: 'button', onclick: () => end(app, grant, again) }, t('grant_end'))),
  );
}

/** The questions of a grant; `picked` hears which area was chosen. */
export function grantControls(app: App, picked?: Picker['picked']): Control[] {
  const named = roles.map((role) => ({ value: role, label: { id: roleName(app.session, role), en: roleName(app.session, role) } }));
  const area = areaControl(app, { id: 'Wilayah', en: 'Area' }, { help: { id: 'Kosong: semua wilayah', en: 'None: everywhere' } });
  return [
    control('role', 'Peran', 'Role', { kind: 'select', required: true, options: named }),
    picked ? { ...area, picker: { ...area.picker!, picked } } : area,
    { ...typesControl(app), more: true },
    control('from', 'Mulai', 'From', { kind: 'date', more: true, help: { id: 'Kosong: sekarang', en: 'None: now' } }),
    control('until', 'Sampai dengan', 'Until', { kind: 'date', more: true, help: { id: 'Kosong: tanpa batas', en: 'None: without end' } }),
  ];
}

/** A grant as the server takes it. */
export function grantOf({ role, area_code, types, from, until }: Values): Values {
  return { role, area_code: area_code ?? '', ...filled({ types: types ?? null, from: dayStart(from), until: dayEnd(until) }) };
}

const reason = control('reason', 'Alasan atau nomor surat', 'Reason or letter', { maxLength: 500 });

function add(app: App, person: Person, again: () => void): void {
  ask(app, {
    id: 'grant-dialog',
    title: t('grant_add'),
    controls: [...grantControls(app), reason],
    go: t('grant_add'),
    send: async (values) => {
      await app.api.write('POST', `${accountPath(person.id)}/grants`, { ...grantOf(values), reason: values.reason ?? '' });
      again();
    },
  });
}

function end(app: App, grant: GivenGrant, again: () => void): void {
  ask(app, {
    id: 'grant-end-dialog',
    title: t('grant_end_ask', { grant: `${roleName(app.session, grant.role)}: ${reachWords(app, grant)}` }),
    controls: [control('until', 'Hari terakhir', 'Last day', { kind: 'date', help: { id: 'Kosong: berakhir sekarang', en: 'None: ends now' } }), { ...reason, required: true }],
    go: t('grant_end'),
    danger: true,
    send: async (values) => {
      await app.api.write('PATCH', `/api/grants/${grant.id}`, { until: dayEnd(values.until), reason: values.reason });
      again();
    },
  });
}

/** One ends and another begins in one step: who comes after takes over. */
function handOver(app: App, person: Person, grant: GivenGrant, again: () => void): void {
  const people: Picker['ask'] = async (q, signal) => {
    const { accounts } = await app.api.get<{ accounts: Person[] }>(`/api/accounts?limit=20&q=${encodeURIComponent(q)}`, signal);
    return accounts.filter((a) => a.id !== person.id && !a.disabled_at).map((a) => ({ value: String(a.id), label: a.title || a.name, under: a.name }));
  };
  ask(app, {
    id: 'hand-over-dialog',
    title: t('hand_over_ask', { name: person.title || person.name }),
    told: [t('hand_over_help', { grant: `${roleName(app.session, grant.role)}: ${reachWords(app, grant)}` })],
    controls: [
      control('account', 'Diserahkan kepada', 'Handed to', { kind: 'pick', required: true, picker: { ask: people, placeholder: t('people_search') } }),
      control('from', 'Mulai', 'From', { kind: 'date', help: { id: 'Kosong: sekarang', en: 'None: now' } }),
      { ...reason, required: true },
    ],
    go: t('hand_over'),
    send: async (values) => {
      await app.api.write('POST', `/api/grants/${grant.id}/hand-over`, { account: Number(values.account), from: dayStart(values.from), reason: values.reason });
      app.toast(t('handed_over'), { good: true });
      again();
    },
  });
}

/** A name and a title for who gets this role there: pic-3571011001, "PIC Mojoroto". */
export function suggestion(role: string, roleWords: string, code: string, area: string): { name: string; title: string } {
  const digits = code.replaceAll('.', '');
  const levels: Record<number, [string, string]> = { 10: ['lurah', lang === 'en' ? 'Village head' : 'Lurah'], 6: ['camat', lang === 'en' ? 'District head' : 'Camat'] };
  const head = role === 'reviewer' ? levels[digits.length] : undefined;
  const prefix = head?.[0] ?? { pic: 'pic', administrator: 'admin', reviewer: 'pemeriksa', planner: 'perencana', dinsos: 'dinsos', service: 'layanan' }[role] ?? role;
  return { name: [prefix, digits].filter(Boolean).join('-'), title: [head?.[1] ?? roleWords, area].filter(Boolean).join(' ') };
}
