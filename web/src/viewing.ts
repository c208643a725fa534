import type { Session } from './api';
import type { App } from './app';
import { byId, h } from './dom';
import { t } from './i18n';
import { attempt } from './view';

/** Looks at the page as another does, read-only, until the banner's button ends it. */
export function viewAs(app: App, account: number): Promise<void> {
  return attempt(app, async () => {
    const session = await app.api.write<Session>('PUT', '/api/session/view-as', { account });
    app.home();
    app.entered({ ...app.session, ...session });
  });
}

/** The banner that says as whom one looks; it stays for as long as that lasts. */
export function drawViewing(app: App): void {
  const banner = byId('viewing');
  banner.hidden = !app.session.viewing;
  if (banner.hidden) return void banner.replaceChildren();
  const back = (event: Event): void =>
    void attempt(
      app,
      async () => {
        const seen = app.session.account!.id;
        const session = await app.api.write<Session>('DELETE', '/api/session/view-as');
        app.entered({ ...app.session, viewing: null, ...session });
        app.view('pengguna', String(seen));
      },
      event.currentTarget as HTMLButtonElement,
    );
  const account = app.session.account!;
  banner.replaceChildren(h('span', null, t('viewing', { name: account.title || account.name })), h('button.button', { type: 'button', id: 'viewing-end', onclick: back }, t('viewing_end')));
}
