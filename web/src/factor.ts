import type { MyAccount } from './account';
import { type App, isAdministrator } from './app';
import { ask } from './ask';
import { h } from './dom';
import { makeFields } from './fields';
import { control } from './form';
import { t } from './i18n';

/** What has to be scanned or typed into an authenticator app. */
interface Secret {
  secret: string;
  uri: string;
  qr: string;
}

const password = control('password', 'Kata sandi', 'Password', { kind: 'password', autocomplete: 'current-password', required: true });

/** The second factor: whether it is in force, and the way to turn it on or off. */
export function factorBlock(app: App, mine: MyAccount, again: () => void): HTMLElement {
  const on = mine.second_factor;
  return h(
    'section.block',
    { id: 'factor' },
    h('h3', null, t('factor'), h(`span.tag${on ? '.good' : ''}`, null, t(on ? 'factor_on' : 'factor_off'))),
    !on && isAdministrator(app.session) && h('p.notice.small', null, t('factor_recommended')),
    h('p.small.quiet', null, t('factor_help')),
    on
      ? h('button.button', { type: 'button', id: 'factor-end', onclick: () => turnOff(app, again) }, t('factor_end'))
      : h('button.button', { type: 'button', id: 'factor-start', onclick: () => turnOn(app, again) }, t('factor_start')),
  );
}

function turnOn(app: App, again: () => void): void {
  ask(app, {
    id: 'factor-dialog',
    title: t('factor_start'),
    told: [t('factor_password')],
    controls: [password],
    go: t('next'),
    send: async (values) => confirm(app, await app.api.write<Secret>('POST', '/api/account/second-factor', values), again),
  });
}

/** Shows the secret and asks for a first code: only then it is in force. */
function confirm(app: App, { secret, uri, qr }: Secret, again: () => void): void {
  const fields = makeFields([control('code', 'Kode enam angka', 'Six-digit code', { required: true, autocomplete: 'one-time-code' })], {}, () => {});
  fields.node.querySelector('input')!.inputMode = 'numeric';
  ask(app, {
    id: 'factor-code-dialog',
    title: t('factor_start'),
    told: [
      t('factor_scan'),
      h('img.qr', { src: qr, alt: t('factor_qr'), width: 200, height: 200 }),
      h('details.more', null, h('summary', null, t('factor_typed')), h('p', null, h('code', { id: 'factor-secret' }, secret.replace(/(.{4})(?=.)/g, '$1 '))), h('p', null, h('a', { href: uri }, t('factor_uri')))),
    ],
    fields,
    go: t('factor_confirm'),
    send: async ({ code }) => {
      await app.api.write('PUT', '/api/account/second-factor', { code: String(code).replace(/\s/g, '') });
      app.toast(t('factor_started'), { good: true });
      again();
    },
  });
}

function turnOff(app: App, again: () => void): void {
  ask(app, {
    id: 'factor-end-dialog',
    title: t('factor_end'),
    told: [t('factor_end_help')],
    controls: [password],
    go: t('factor_end'),
    danger: true,
    send: async (values) => {
      await app.api.write('DELETE', '/api/account/second-factor', values);
      app.toast(t('factor_ended'));
      again();
    },
  });
}
