import type { App } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { formatTime, t } from './i18n';
import { copy, shareButtons } from './share';

/** A link that lets its holder set a password, once. */
export interface Invitation {
  link: string;
  expires_at: string;
  purpose: 'invitation' | 'reset';
}

/** The message that goes with a link, ready to send. */
export function inviteText(app: App, person: { name: string; title: string }, { link, expires_at, purpose }: Invitation): string {
  const city = app.session.city?.name ?? '';
  return t(purpose === 'reset' ? 'reset_text' : 'invite_text', { title: person.title || person.name, name: person.name, city, link, time: formatTime(expires_at) });
}

/** Shows the link this once: to copy, or to send by WhatsApp. */
export function showInvitation(app: App, person: { name: string; title: string }, invitation: Invitation): void {
  const reset = invitation.purpose === 'reset';
  const text = inviteText(app, person, invitation);
  const { close } = dialog(
    t(reset ? 'reset_made' : 'invite_made', { title: person.title || person.name }),
    'invitation-dialog',
    h(
      'div.form',
      null,
      h('p.notice', null, t('invite_once', { time: formatTime(invitation.expires_at) })),
      h('code.secret-text', { id: 'invitation-link', tabindex: 0 }, invitation.link),
      h('button.button', { type: 'button', id: 'copy-link', onclick: () => void copy(app, invitation.link) }, t('copy_link')),
      h('div.field', null, h('p.label', null, t('invite_message')), h('p.message.small', null, text)),
      shareButtons(app, text),
      h('button.button.plain', { type: 'button', onclick: () => close() }, t('close')),
    ),
  );
}
