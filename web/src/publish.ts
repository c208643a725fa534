import { type Answer, type Feature, type Item, pathOf } from './api';
import type { App } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { patiently } from './patient';
import { type Proposal, proposalOf, saySent } from './proposal';
import { villageName } from './village';

/** An administrator's decision that a point far outside its kelurahan is right: asks first, saying how far. */
export async function publishHere(app: App, item: Item, feature: Feature, etag: string): Promise<void> {
  const p = feature.properties;
  const located = p.area_located && p.area_located !== p.area_code ? await villageName(app, String(p.area_located)) : '';
  const words = { m: formatNumber(Number(p.outside_m ?? 0)), area: String(p.area_name ?? p.area_code ?? '') };
  const yes = h('button.button.primary.grow', { type: 'button', id: 'publish-yes', onclick: () => (close(), void publish(app, item, etag)) }, t('publish'));
  const { close } = dialog(
    t('publish_ask', { name: p.name }),
    'publish-dialog',
    h('p', null, t('publish_outside', words)),
    located ? h('p', null, t('is_located', { area: located })) : h('span'),
    h('p.small.quiet', null, t('publish_after')),
    h('div.row.dialog-foot', null, yes, h('button.button', { type: 'button', onclick: () => close() }, t('cancel'))),
  );
  yes.focus();
}

async function publish(app: App, item: Item, etag: string): Promise<void> {
  const send = (): Promise<Answer<Feature | Proposal>> =>
    app.api.send<Feature | Proposal>(pathOf(item), { method: 'PATCH', type: 'application/merge-patch+json', headers: { 'If-Match': etag }, body: { properties: { placement: 'override' } } });
  const sent = await patiently(app, item, send);
  if (!sent) return;
  const proposal = proposalOf(sent.data);
  if (proposal) return saySent(app, proposal);
  app.changed();
  app.open(item, { replace: true });
  app.toast(t('published'), { good: true });
}
