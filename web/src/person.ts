import { accountPath, type Person, stateTag } from './accounts';
import type { App } from './app';
import { ask } from './ask';
import { h } from './dom';
import { control } from './form';
import { formatDate, formatTime, t } from './i18n';
import { grantBlock } from './grants';
import { type Invitation, showInvitation } from './invite';
import { personHistory } from './person-history';
import { type OpenSession, sessionList } from './sessions';
import { type Token, tokenList } from './tokens';
import { attempt, View } from './view';
import { viewAs } from './viewing';

interface PersonInFull extends Person {
  sessions: OpenSession[];
  tokens: Token[];
}

/** One account in full, and what an administrator may do about it. */
export function showPerson(app: App, id: number): void {
  const view = new View(app, 'person', t('person'), h('button.button.plain', { type: 'button', onclick: () => app.view('pengguna') }, t('people_back')));
  view.show({ size: 'full' });
  void load(app, view, id);
}

function load(app: App, view: View, id: number): Promise<void> {
  const again = (): void => void load(app, view, id);
  return view.fill(async () => {
    const person = await app.api.get<PersonInFull>(accountPath(id));
    view.heading.textContent = person.title || person.name;
    return [head(app, person, again), grantBlock(app, person, again), security(app, person, again), personHistory(app, person)];
  });
}

function head(app: App, person: Person, again: () => void): HTMLElement {
  const self = person.id === app.session.account?.id;
  const button = (id: string, label: string, act: () => void, look = ''): HTMLElement => h(`button.button${look}`, { type: 'button', id, onclick: act }, label);
  return h(
    'div',
    { id: 'person-head' },
    h('p', null, person.name, ' ', stateTag(person)),
    h('p.small.quiet', null, [t('made_day', { day: formatDate(person.created_at) }), person.last_seen_at ? t('seen', { time: formatTime(person.last_seen_at) }) : t('seen_never'), person.sso ? t('sso_is', { sso: person.sso }) : ''].filter(Boolean).join(' · ')),
    h(
      'div.actions',
      null,
      !person.disabled_at && button('person-invite', t(person.has_password ? 'reset_link' : 'invite_again'), () => void invite(app, person, again)),
      button('person-edit', t('person_edit'), () => edit(app, person, again)),
      !self && !person.disabled_at && button('person-view', t('view_as'), () => void viewAs(app, person.id)),
      !self && (person.disabled_at ? button('person-enable', t('enable'), () => setDisabled(app, person, false, again)) : button('person-disable', t('disable'), () => setDisabled(app, person, true, again), '.danger')),
    ),
  );
}

async function invite(app: App, person: Person, again: () => void): Promise<void> {
  await attempt(app, async () => {
    showInvitation(app, person, await app.api.write<Invitation>('POST', `${accountPath(person.id)}/invitation`));
    again();
  });
}

function edit(app: App, person: Person, again: () => void): void {
  ask(app, {
    id: 'person-dialog',
    title: t('person_edit'),
    controls: [
      control('title', 'Nama atau jabatan', 'Name or office', { required: true, maxLength: 200 }),
      control('sso', 'Akun masuk Pemkot', 'City sign-in account', { maxLength: 200, help: { id: 'Surel atau nomor pengguna pada layanan masuk kota, bila ada', en: 'E-mail or user number at the city’s own sign-in, if there is one' } }),
    ],
    values: { title: person.title, sso: person.sso },
    go: t('save'),
    send: async (values) => {
      await app.api.write('PATCH', accountPath(person.id), { version: person.version, ...values });
      again();
    },
  });
}

function setDisabled(app: App, person: Person, disabled: boolean, again: () => void): void {
  ask(app, {
    id: 'disable-dialog',
    title: t(disabled ? 'disable_ask' : 'enable_ask', { name: person.title || person.name }),
    told: [t(disabled ? 'disable_help' : 'enable_help')],
    controls: [control('reason', 'Alasan', 'Reason', { required: disabled, maxLength: 500 })],
    go: t(disabled ? 'disable' : 'enable'),
    danger: disabled,
    send: async ({ reason }) => {
      await app.api.write('PATCH', accountPath(person.id), { version: person.version, disabled }, String(reason ?? ''));
      app.toast(t(disabled ? 'disabled' : 'enabled'), { good: true });
      again();
    },
  });
}

function security(app: App, person: PersonInFull, again: () => void): HTMLElement {
  const path = accountPath(person.id);
  const reset = (event: Event): void => void attempt(app, () => app.api.write('DELETE', `${path}/second-factor`).then(again), event.currentTarget as HTMLButtonElement);
  return h(
    'section.block',
    null,
    h('h3', null, t('sessions')),
    sessionList(app, person.sessions, `${path}/sessions`, again),
    h('h3', null, t('factor'), h(`span.tag${person.second_factor ? '.good' : ''}`, null, t(person.second_factor ? 'factor_on' : 'factor_off'))),
    person.second_factor && h('p.small.quiet', null, t('factor_reset_help')),
    person.second_factor && h('button.button', { type: 'button', id: 'factor-reset', onclick: reset }, t('factor_reset')),
    h('h3', null, t('tokens')),
    tokenList(app, person.tokens, `${path}/tokens`, again),
  );
}
