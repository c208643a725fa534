import { Problem } from './api';
import type { App } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { makeFields } from './fields';
import { whyControl } from './form';
import { formatNumber, t } from './i18n';
import { loggedOut, problemWords } from './view';

/** What is to be undone: one revision, or what one person did in a time. */
export type Undoing = ({ revision: number } | { actor: string; from: string; until: string }) & { type?: string; area?: string };

interface Undone {
  undone: { deleted: number; reverted: number; restored: number };
  kept: { collection: string; id: number; name: string; why: string }[];
  kept_total: number;
  revision: number | null;
}

/** Tells what undoing would do, asks why, then does it once. `done` runs after it was done. */
export function askUndo(app: App, title: string, what: Undoing, done: () => void): void {
  const box = h('div.stack', { 'aria-live': 'polite' }, h('p', null, t('undo_counting')));
  const { close, element } = dialog(title, 'undo-dialog', box);
  void tell();

  async function tell(): Promise<void> {
    try {
      const would = await app.api.write<Undone>('POST', '/api/history/undo?dry_run=true', { ...what, reason: title });
      box.replaceChildren(...told(would, 'undo_would'), ...(total(would) ? [reasonForm()] : [h('p', null, t('undo_nothing')), closing()]));
      box.querySelector<HTMLElement>('textarea')?.focus();
    } catch (error) {
      failed(error, () => void tell());
    }
  }

  function reasonForm(): HTMLElement {
    const fields = makeFields([whyControl], {}, () => {});
    const go = h('button.button.danger.grow', { type: 'submit', id: 'undo-now' }, t('undo_now'));
    const wrong = h('div', { role: 'alert' });
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const values = fields.read();
      if (!values || go.disabled) return;
      go.disabled = true;
      go.textContent = t('undo_running');
      wrong.replaceChildren();
      try {
        finished(await app.api.write<Undone>('POST', '/api/history/undo', { ...what, reason: values.why }));
      } catch (error) {
        if (loggedOut(app, error)) return close();
        go.textContent = t('undo_now');
        if (error instanceof Problem) go.disabled = false;
        wrong.replaceChildren(h('p.error', null, error instanceof Problem ? problemWords(error).join(' ') : t('undo_unknown')));
      }
    };
    return h('form.form', { novalidate: true, onsubmit: (event: Event) => void send(event) }, fields.node, wrong, h('div.row', null, go, h('button.button', { type: 'button', onclick: close }, t('cancel'))));
  }

  function finished(result: Undone): void {
    app.changed();
    done();
    if (!element.open) return void app.toast(t('undo_finished'), { good: true });
    const link = result.revision ? h('button.button', { type: 'button', id: 'undo-link', onclick: () => (close(), app.view('riwayat', String(result.revision))) }, t('undo_link')) : '';
    box.replaceChildren(...told(result, 'undo_done'), h('div.row', null, link, closing()));
    box.querySelector<HTMLElement>('button')?.focus();
  }

  function closing(): HTMLElement {
    return h('button.button', { type: 'button', onclick: close }, t('close'));
  }

  function failed(error: unknown, again: () => void): void {
    if (loggedOut(app, error)) return close();
    box.replaceChildren(h('div.error', { role: 'alert' }, ...problemWords(error).map((text) => h('p', null, text))), h('div.row', null, error instanceof Problem ? '' : h('button.button', { type: 'button', onclick: again }, t('again')), closing()));
  }
}

function total({ undone }: Undone): number {
  return undone.deleted + undone.reverted + undone.restored;
}

/** How many are removed, put back and restored, and which stay and why. */
function told(result: Undone, key: 'undo_would' | 'undo_done'): HTMLElement[] {
  const { undone, kept, kept_total } = result;
  const did = (['deleted', 'reverted', 'restored'] as const).filter((what) => undone[what]).map((what) => h('li', null, t(`undone_${what}`, { n: formatNumber(undone[what]) })));
  const parts = did.length ? [h('p', null, t(key)), h('ul.told', { id: 'undo-told' }, ...did)] : [];
  if (!kept_total) return parts;
  const rest = kept_total - kept.length;
  const list = h('ul.small.kept', null, ...kept.map((one) => h('li', { 'data-id': one.id }, h('strong', null, one.name), ` · ${one.why}`)), rest > 0 ? h('li', null, t('and_more', { n: formatNumber(rest) })) : null);
  return [...parts, h('details.more', { open: kept_total < 6 }, h('summary', null, t('undo_kept', { n: formatNumber(kept_total) })), list)];
}
