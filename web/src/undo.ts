import { type Answer, type Feature, type Item, pathOf, Problem } from './api';
import type { App } from './app';
import { t } from './i18n';
import { patiently } from './patient';
import { proposalOf, saySent, waitingOf } from './proposal';

/** Deletes at once and offers *Urungkan* for ten seconds, which is kinder than a question before; under review it is proposed. */
export async function deleteAsset(app: App, item: Item, feature: Feature, etag: string): Promise<void> {
  const sent = await patiently(app, item, () => again(() => app.api.send(pathOf(item), { method: 'DELETE', headers: { 'If-Match': etag } }), 404));
  if (!sent) return;
  const proposal = proposalOf(sent.data);
  if (proposal) return saySent(app, proposal);
  app.home();
  app.changed();
  app.toast(t('deleted', { name: feature.properties.name }), { action: t('undo'), seconds: 10, onAction: () => void restore(app, item) });
}

/** Brings a deleted asset back, or proposes it under review. */
export async function restore(app: App, item: Item): Promise<void> {
  const sent = await patiently(app, item, () => again(() => app.api.send(`${pathOf(item)}/restore`, { method: 'POST' }), 409));
  if (!sent) return;
  const proposal = proposalOf(sent.data);
  if (proposal) return saySent(app, proposal);
  app.changed();
  app.open(item);
  app.toast(t('restored'), { good: true });
}

/** Says that somebody saw the asset at its place today. */
export async function confirmThere(app: App, item: Item, etag: string): Promise<void> {
  if (!(await patiently(app, item, () => app.api.send(`${pathOf(item)}/confirm`, { method: 'POST', headers: { 'If-Match': etag } })))) return;
  app.changed();
  app.open(item, { replace: true });
  app.toast(t('confirmed'), { good: true });
}

/** Takes this status for done: the answer of an earlier try was lost, or somebody else did the same. */
async function again(send: () => Promise<Answer<unknown>>, done: number): Promise<Answer<unknown>> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Problem && error.status === done && !waitingOf(error)) return { status: done, data: null, etag: '' };
    throw error;
  }
}
