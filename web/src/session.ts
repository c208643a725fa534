import { Problem, type Session } from './api';
import { type App, editAreas, isAdministrator } from './app';
import { basemapSettings } from './basemap';
import { dialog } from './dialog';
import { h } from './dom';
import { countDoubts } from './doubts';
import { dropDraft } from './draft';
import { t, tValue } from './i18n';

/** Asks for name and password; `then` runs once somebody is logged in. */
export function logIn(app: App, then?: (session: Session) => void): void {
  const name = h('input.input', { id: 'login-name', name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true });
  const password = h('input.input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const wrong = h('div', { role: 'alert' });
  const go = h('button.button.primary', { type: 'submit' }, t('login'));
  const form = h(
    'form.form',
    {
      onsubmit: (event: Event) => {
        event.preventDefault();
        void send();
      },
    },
    h('p.small.quiet', null, t('login_who')),
    wrong,
    h('div.field', null, h('label.label', { for: 'login-name' }, t('login_name')), name),
    h('div.field', null, h('label.label', { for: 'login-password' }, t('login_password')), password),
    go,
  );
  const { close } = dialog(t('login'), 'login-dialog', form);
  async function send(): Promise<void> {
    (go as HTMLButtonElement).disabled = true;
    wrong.replaceChildren();
    try {
      const { data } = await app.api.send<Session>('/api/session', { method: 'POST', body: { name: name.value.trim(), password: password.value } });
      close();
      app.entered({ ...app.session, ...data });
      app.toast(t('hello', { name: data.account?.title || data.account?.name || '' }));
      then?.(data);
    } catch (error) {
      wrong.replaceChildren(h('p.error', null, error instanceof Problem ? error.message : t('failed')));
      (go as HTMLButtonElement).disabled = false;
      if (error instanceof Problem && error.status === 401) {
        password.value = '';
        password.focus();
      }
    }
  }
}

/** The address #masuk: opens the log-in; `gagal` is where the city's own sign-in leads that found no account. */
export function show(app: App, _arg: string): void {
  app.home(true);
  if (!app.session.account) logIn(app);
}

/** Who is logged in, what they may do, settings for an administrator, and the way out. */
export function accountMenu(app: App): void {
  const { account } = app.session;
  if (!account) return;
  const grants = account.grants.map((g) => h('li', null, `${tValue('role', g.role)}${g.area_name ? `: ${g.area_name}` : ''}`));
  const waiting = h('span.count', { role: 'status' });
  void countDoubts(app).then((n) => (waiting.textContent = n));
  const { close } = dialog(
    account.title || account.name,
    'account-dialog',
    h('p.small.quiet', null, account.name),
    h('ul.small', null, ...grants),
    h(
      'div.stack',
      null,
      editAreas(app.session) && h('button.button', { type: 'button', id: 'doubts', onclick: () => (close(), app.view('doubts')) }, t('doubts'), waiting),
      isAdministrator(app.session) ? h('button.button', { type: 'button', onclick: () => (close(), basemapSettings(app)) }, t('basemap')) : '',
      h('button.button', { type: 'button', id: 'logout', onclick: () => void logOut() }, t('logout')),
    ),
  );
  async function logOut(): Promise<void> {
    try {
      await app.api.send('/api/session', { method: 'DELETE' });
    } catch (error) {
      if (!(error instanceof Problem)) return void app.toast(t('failed'));
    }
    dropDraft();
    close();
    app.home();
    app.entered({ ...app.session, account: null, viewing: null });
  }
}
