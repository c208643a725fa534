import { h, icon } from './dom';
import { t } from './i18n';

/** A password's input with a button that shows what was typed. */
export function shown(input: HTMLInputElement): HTMLElement {
  const eye = h('button.button.plain.square', {
    type: 'button',
    'aria-pressed': 'false',
    'aria-label': t('show_password'),
    'aria-controls': input.id,
    onclick: () => {
      const open = input.type === 'password';
      input.type = open ? 'text' : 'password';
      eye.setAttribute('aria-pressed', String(open));
      eye.replaceChildren(icon(open ? 'hidden' : 'eye'));
    },
  }, icon('eye'));
  return h('div.secret', null, input, eye);
}
