import type { ToastOptions } from './app';
import { byId, h, icon } from './dom';
import { t } from './i18n';

/** Says something briefly at the lower edge. Returns what takes it away. */
export function toast(text: string, { action, onAction, seconds = 5, good = false }: ToastOptions = {}): () => void {
  const gone = (): void => {
    window.clearTimeout(timer);
    element.remove();
  };
  let timer = window.setTimeout(() => gone(), seconds * 1000);
  const hold = (): void => window.clearTimeout(timer);
  const release = (): void => {
    hold();
    timer = window.setTimeout(() => gone(), seconds * 1000);
  };
  const element = h(
    `div.toast${good ? '.good' : ''}`,
    { role: 'status', onpointerenter: hold, onpointerleave: release, onfocusin: hold, onfocusout: release },
    h('span', null, text),
    action &&
      h(
        'button.button',
        {
          type: 'button',
          onclick: () => {
            gone();
            onAction?.();
          },
        },
        action,
      ),
    h('button.button.square', { type: 'button', 'aria-label': t('close'), onclick: gone }, icon('close')),
  );
  byId('toasts').replaceChildren(element);
  return gone;
}
