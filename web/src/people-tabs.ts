import type { App } from './app';
import { h } from './dom';
import { t } from './i18n';
import { administersAll } from './roles';

/** The tabs over the list and the audit log, which only an administrator of everything may read. */
export function peopleTabs(app: App, now: '' | 'catatan'): HTMLElement | string {
  if (!administersAll(app.session)) return '';
  const tab = (arg: '' | 'catatan', label: string): HTMLElement => h('button', { type: 'button', 'aria-current': arg === now ? 'page' : null, onclick: () => app.view('pengguna', arg) }, label);
  return h('nav.tabs', { 'aria-label': t('people') }, tab('', t('people_list')), tab('catatan', t('audit')));
}
