import { type Feature, type Item, pathOf, Problem } from './api';
import type { App } from './app';
import { t } from './i18n';

/** Deletes at once and offers *Urungkan* for ten seconds, which is kinder than a question before. */
export async function deleteAsset(app: App, item: Item, feature: Feature, etag: string): Promise<void> {
  try {
    await app.api.send(pathOf(item), { method: 'DELETE', headers: { 'If-Match': etag } });
  } catch (error) {
    return refused(app, item, error);
  }
  app.home();
  app.changed();
  app.toast(t('deleted', { name: feature.properties.name }), { action: t('undo'), seconds: 10, onAction: () => void restore(app, item) });
}

async function restore(app: App, item: Item): Promise<void> {
  try {
    await app.api.send(`${pathOf(item)}/restore`, { method: 'POST' });
  } catch (error) {
    app.toast(error instanceof Problem ? error.message : t('failed'), { action: t('again'), seconds: 10, onAction: () => void restore(app, item) });
    return;
  }
  app.changed();
  app.open(item);
  app.toast(t('restored'), { good: true });
}

/** Says that somebody saw the asset at its place today. */
export async function confirmThere(app: App, item: Item, etag: string): Promise<void> {
  try {
    await app.api.send(`${pathOf(item)}/confirm`, { method: 'POST', headers: { 'If-Match': etag } });
  } catch (error) {
    return refused(app, item, error);
  }
  app.changed();
  app.open(item, { replace: true });
  app.toast(t('confirmed'), { good: true });
}

function refused(app: App, item: Item, error: unknown): void {
  const stale = error instanceof Problem && error.status === 412;
  if (stale) app.open(item, { replace: true });
  app.toast(stale ? t('changed_meanwhile') : error instanceof Problem ? error.message : t('failed'), { seconds: 8 });
}
