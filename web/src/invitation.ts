import './people.css';
import { Problem, type Session } from './api';
import type { App } from './app';
import { h } from './dom';
import { addWords, formatTime, t } from './i18n';
import { passwordFields } from './password';
import { empty, problemWords, View } from './view';
import * as words from './words-people';

addWords(words);

interface Invitation {
  name: string;
  title: string;
  purpose: 'invitation' | 'reset';
  expires_at: string;
}

/**
 * What the link of an invitation opens: for whom it is, and a password to set. Opening uses
 * nothing up, so that the preview of a chat may do it; the token has left the address already.
 */
export function show(app: App, token: string): void {
  const view = new View(app, 'invitation', t('invitation'));
  view.show({ size: 'full' });
  if (!token) return void view.body.replaceChildren(empty(t('invitation_again')));
  void view.fill(async () => {
    try {
      return [welcome(app, token, await app.api.write<Invitation>('POST', '/api/invitations/open', { token }))];
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      return [h('div.notice', { role: 'alert' }, h('p', null, h('strong', null, t('invitation_over'))), h('p', null, t('invitation_over_help')))];
    }
  });
}

function welcome(app: App, token: string, invitation: Invitation): HTMLElement {
  const reset = invitation.purpose === 'reset';
  const user = h('input.input', { id: 'invitation-name', name: 'username', autocomplete: 'username', readonly: true, value: invitation.name });
  const fields = passwordFields('password', invitation.name);
  const wrong = h('div', { role: 'alert' });
  const go = h('button.button.primary', { type: 'submit', id: 'invitation-go' }, t(reset ? 'reset_go' : 'invitation_go'));
  return h(
    'form.form',
    { novalidate: true, onsubmit: (event: Event) => (event.preventDefault(), void accept()) },
    h('p', null, t(reset ? 'reset_for' : 'invitation_for', { title: invitation.title || invitation.name })),
    h('p.small.quiet', null, t('invitation_until', { time: formatTime(invitation.expires_at) })),
    wrong,
    h('div.field', null, h('label.label', { for: 'invitation-name' }, t('login_name')), user, h('p.small.quiet', null, t('invitation_name_help'))),
    fields.node,
    go,
  );

  async function accept(): Promise<void> {
    wrong.replaceChildren();
    const values = fields.read();
    if (!values) return;
    go.disabled = true;
    try {
      const session = await app.api.write<Session>('POST', '/api/invitations/accept', { token, password: values.password });
      app.home(true);
      if (!session.account) return void app.work((w) => w.logIn(app, { name: invitation.name }));
      app.entered({ ...app.session, ...session });
      app.toast(t('hello', { name: session.account.title || session.account.name }), { good: true });
    } catch (error) {
      go.disabled = false;
      if (error instanceof Problem && error.status === 404) return show(app, token);
      const left = error instanceof Problem ? error.errors.filter((e) => !fields.blame(e.pointer.slice(1), e.message)) : [];
      const all = error instanceof Problem && error.errors.length > left.length ? left.map((e) => e.message) : problemWords(error);
      if (all.length) wrong.replaceChildren(h('div.error', null, ...all.map((text) => h('p', null, text))));
      fields.focus('password');
    }
  }
}
