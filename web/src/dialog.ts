import { h, icon } from './dom';
import { t } from './i18n';

/** A modal dialog with a title; closes with Escape, its button, or `close`. */
export function dialog(title: string, id: string, ...content: Node[]): { element: HTMLDialogElement; close: () => void } {
  document.getElementById(id)?.remove(); // the one before, whose closing is only told later
  const element = h(
    'dialog.dialog',
    { id, 'aria-labelledby': `${id}-title` },
    h('header.row', null, h('h2.grow', { id: `${id}-title` }, title), h('button.button.plain.square', { type: 'button', 'aria-label': t('close'), onclick: () => element.close() }, icon('close'))),
    ...content,
  ) as HTMLDialogElement;
  element.addEventListener('close', () => element.remove());
  element.addEventListener('click', (event) => event.target === element && element.close());
  document.body.append(element);
  element.showModal();
  return { element, close: () => element.close() };
}
