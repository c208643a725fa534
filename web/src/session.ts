import { Problem, type Session } from './api';
import type { App } from './app';
import { dropEdits } from './batch-kept';
import { dialog } from './dialog';
import { h } from './dom';
import { dropDraft } from './draft';
import { t, tText } from './i18n';
import { shown } from './secret';
import { problemWords } from './view';

/** The address #masuk opens the log-in; `gagal` is where the city's own sign-in comes back to when it found no account. */
export function show(app: App, arg: string): void {
  app.home(true);
  if (!app.session.account) logIn(app, { said: arg === 'gagal' ? t('sign_in_failed') : '' });
}

interface Options {
  /** Runs once somebody is logged in. */
  then?: (session: Session) => void;
  /** What is said first. */
  said?: string;
  /** Who, where that is known. */
  name?: string;
}

/** Asks for name and password, then for the code where the account has a second factor. */
export function logIn(app: App, { then, said = '', name: known = '' }: Options = {}): void {
  if (document.querySelector('#login-dialog[open]')) return;
  const name = h('input.input', { id: 'login-name', name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, value: known });
  const password = h('input.input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const code = h('input.input', { id: 'login-code', name: 'code', autocomplete: 'one-time-code', inputmode: 'numeric', 'aria-describedby': 'login-code-help' });
  const first = h('div.stack', null, h('div.field', null, h('label.label', { for: 'login-name' }, t('login_name')), name), h('div.field', null, h('label.label', { for: 'login-password' }, t('login_password')), shown(password)));
  const second = h('div.field', { hidden: true }, h('label.label', { for: 'login-code' }, t('login_code')), h('p.small.quiet', { id: 'login-code-help' }, t('login_code_help')), code);
  const wrong = h('div', { role: 'alert' }, said && h('p.error', null, said));
  const go = h('button.button.primary', { type: 'submit' }, t('login'));
  const other = h('div.stack', null, signIn(app), h('p.small.quiet', null, t('login_lost')));
  const form = h(
    'form.form',
    { onsubmit: (event: Event) => (event.preventDefault(), void send()) },
    h('p.small.quiet', null, t('login_who')),
    wrong,
    first,
    second,
    go,
    other,
  );
  const { element, close } = dialog(t('login'), 'login-dialog', form);
  (known ? password : name).focus();

  async function send(): Promise<void> {
    go.disabled = true;
    wrong.replaceChildren();
    try {
      const body = { name: name.value.trim(), password: password.value, ...(!second.hidden && { code: code.value.replace(/\s/g, '') }) };
      const session = await app.api.write<Session>('POST', '/api/session', body);
      close();
      app.entered({ ...app.session, ...session });
      app.toast(t('hello', { name: session.account?.title || session.account?.name || '' }));
      then?.(session);
    } catch (error) {
      refused(error);
    }
  }

  function refused(error: unknown): void {
    go.disabled = false;
    const problem = error instanceof Problem ? error : null;
    if (problem?.slug === 'second-factor') {
      first.hidden = other.hidden = true;
      second.hidden = false;
      return code.focus();
    }
    wrong.replaceChildren(h('p.error', null, ...problemWords(error)));
    if (problem?.retryAfter) return countDown(problem.retryAfter);
    if (problem?.status !== 401) return;
    const again = second.hidden ? password : code;
    again.value = '';
    again.focus();
  }

  /** The server asks to wait: the button counts, and lets another try through then. */
  function countDown(seconds: number): void {
    go.disabled = true;
    const until = Date.now() + seconds * 1000;
    const tick = (): void => {
      const left = Math.ceil((until - Date.now()) / 1000);
      go.disabled = left > 0;
      go.textContent = left > 0 ? t('login_wait', { s: left }) : t('login');
      if (left > 0 && element.isConnected) window.setTimeout(tick, 500);
    };
    tick();
  }
}

/** The button of the city's own sign-in, which comes back to where the page is. */
function signIn(app: App): HTMLElement | string {
  const label = app.session.settings?.sign_in;
  if (!label) return '';
  const back = encodeURIComponent('/' + location.hash);
  return h('a.button', { id: 'sign-in', href: `/api/session/oidc?back=${back}` }, tText(label));
}

/** Ends the session, also when the server has forgotten it. */
export async function logOut(app: App): Promise<void> {
  try {
    await app.api.write('DELETE', '/api/session');
  } catch (error) {
    if (!(error instanceof Problem)) return void app.toast(t('failed'));
  }
  dropDraft();
  dropEdits();
  app.home();
  app.entered({ ...app.session, account: null, viewing: null });
}
