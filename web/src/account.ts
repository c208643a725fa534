import './people.css';
import type { ViewName } from './address';
import type { App } from './app';
import { ask } from './ask';
import { basemapSettings } from './basemap';
import { h } from './dom';
import { countDoubts } from './doubts';
import { countBatches } from './batch-counts';
import { factorBlock } from './factor';
import { control } from './form';
import { addWords, formatDate, formatNumber, t } from './i18n';
import { passwordFields } from './password';
import { administersAll, type GivenGrant, grantWords } from './roles';
import { logOut } from './session';
import { type OpenSession, sessionList } from './sessions';
import { reviewSettings, roleSettings } from './settings';
import { type Token, tokenBlock } from './tokens';
import { attempt, View } from './view';
import * as words from './words-people';

addWords(words);

export interface MyAccount {
  id: number;
  name: string;
  title: string;
  second_factor: boolean;
  password_changed_at: string | null;
  sso: string | null;
  sessions: OpenSession[];
  tokens: Token[];
  grants: GivenGrant[];
}

/** Akun saya: who I am and what I may do, where that leads, and what keeps the account safe. */
export function show(app: App): void {
  const { account } = app.session;
  if (!account) return;
  const view = new View(app, 'my-account', t('my_account'));
  const head = h('div', null, who(app), links(app));
  const rest = h('div.view-body');
  view.body.replaceChildren(head, rest);
  view.show({ size: 'full' });
  void fillRest(app, view, head);
}

/** What the server has to say comes below; who I am and the way out do not wait for it. */
function fillRest(app: App, view: View, head: HTMLElement): Promise<void> {
  const again = (): void => void fillRest(app, view, head);
  return view.fill(async () => {
    const mine = await app.api.get<MyAccount>('/api/account');
    if (app.session.viewing) return [head];
    return [head, passwordBlock(app, mine, again), factorBlock(app, mine, again), sessionBlock(app, mine, again), tokenBlock(app, mine.tokens, again)];
  });
}

function who(app: App): HTMLElement {
  const account = app.session.account!;
  const grants = account.grants.map((grant) => h('li', null, grantWords(app, grant)));
  return h('div.who', null, h('p', null, h('strong', null, account.title || account.name), ' ', h('span.quiet', null, account.name)), h('ul.small', { 'aria-label': t('what_i_may') }, ...grants));
}

function links(app: App): HTMLElement {
  const { session } = app;
  const may = session.account?.may;
  const counts = { review: h('span.count'), mine: h('span.count'), doubts: h('span.count'), batches: h('span.count') };
  const link = (name: ViewName, label: string, count?: HTMLElement): HTMLElement => h('button.button', { type: 'button', id: `to-${name}`, onclick: () => app.view(name) }, h('span.grow', null, label), count);
  const button = (id: string, label: string, act: () => void): HTMLElement => h('button.button', { type: 'button', id, onclick: act }, h('span.grow', null, label));
  if (may?.review || may?.edit) void countProposals(app, counts.review, counts.mine);
  if (may?.edit) void countDoubts(app).then((n) => (counts.doubts.textContent = n === '0' ? '' : n));
  if (may?.figures) void countBatches(app).then((n) => (counts.batches.textContent = n ? formatNumber(n) : ''));
  return h(
    'nav.links',
    { 'aria-label': t('my_links') },
    may?.review && link('tinjau', t('view_tinjau'), counts.review),
    may?.edit && link('perubahan', t('view_perubahan'), counts.mine),
    may?.edit && link('doubts', t('doubts'), counts.doubts),
    may?.watch && link('kemajuan', t('view_kemajuan')),
    may?.watch && link('angka', t('view_angka'), counts.batches),
    may?.figures && link('cocokkan', t('view_cocokkan')),
    may?.enter && link('impor', t('view_impor')),
    link('analisis', t('analysis')),
    link('rilis', t('view_rilis')),
    link('riwayat', t('view_riwayat')),
    may?.administer && link('pengguna', t('people')),
    administersAll(session) && button('role-settings', t('role_settings'), () => roleSettings(app)),
    administersAll(session) && button('review-settings', t('review_settings'), () => reviewSettings(app)),
    administersAll(session) && button('figure-settings', t('figure_settings'), () => void attempt(app, async () => (await import('./figure-settings')).figureSettings(app))),
    administersAll(session) && button('basemap', t('basemap'), () => basemapSettings(app)),
    button('logout', t('logout'), () => void logOut(app)),
  );
}

/** How many wait for me, and how many of mine wait or came back; nothing where that is not known. */
async function countProposals(app: App, review: HTMLElement, mine: HTMLElement): Promise<void> {
  const counts = await app.api.get<{ review: number; mine_returned: number; mine_open: number }>('/api/proposals/counts').catch(() => null);
  review.textContent = counts?.review ? formatNumber(counts.review) : '';
  mine.textContent = counts?.mine_open ? formatNumber(counts.mine_open) : '';
}

function passwordBlock(app: App, mine: MyAccount, again: () => void): HTMLElement {
  const change = (): void =>
    ask(app, {
      id: 'password-dialog',
      title: t('password_change'),
      told: [t('password_change_help')],
      fields: passwordFields('new', mine.name, [control('current', 'Kata sandi sekarang', 'Current password', { kind: 'password', autocomplete: 'current-password', required: true })]),
      go: t('password_change'),
      send: async ({ current, new: next }) => {
        await app.api.write('PUT', '/api/account/password', { current, new: next });
        app.toast(t('password_changed'), { good: true });
        again();
      },
    });
  return h(
    'section.block',
    null,
    h('h3', null, t('login_password')),
    h('p.small.quiet', null, mine.password_changed_at ? t('password_since', { day: formatDate(mine.password_changed_at) }) : t('password_never')),
    h('button.button', { type: 'button', id: 'change-password', onclick: change }, t('password_change')),
  );
}

function sessionBlock(app: App, mine: MyAccount, again: () => void): HTMLElement {
  return h('section.block', { id: 'my-sessions' }, h('h3', null, t('sessions')), sessionList(app, mine.sessions, '/api/account/sessions', again));
}
