import type { App } from './app';
import { h } from './dom';
import { t } from './i18n';

/** The tabs over the two lists. */
export function batchTabs(app: App, now: '' | 'semua'): HTMLElement | string {
  if (!app.session.account?.may?.watch) return '';
  const tab = (arg: '' | 'semua', label: string): HTMLElement => h('button', { type: 'button', 'aria-current': arg === now ? 'page' : null, onclick: () => app.view('angka', arg) }, label);
  return h('nav.tabs', { 'aria-label': t('batches') }, tab('', t('batches_waiting')), tab('semua', t('batches_all')));
}
