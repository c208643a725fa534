import type { App } from './app';
import { h } from './dom';
import { t } from './i18n';

/** Not there yet: says that it loads. */
export function show(app: App): void {
  app.panel.show('view', h('p.quiet', null, t('loading')));
}
