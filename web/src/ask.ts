import { Problem } from './api';
import type { App } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { type Fields, makeFields } from './fields';
import type { Control, Values } from './form';
import { t } from './i18n';
import { loggedOut, problemWords } from './view';

export interface Question {
  id: string;
  title: string;
  /** What is told before the questions. */
  told?: (Node | string)[];
  controls?: Control[];
  values?: Values;
  /** Instead of controls, where they are more than questions. */
  fields?: Fields;
  /** The button that sends. */
  go: string;
  danger?: boolean;
  /** Sends the answers; a refusal is thrown and shown at its fields. */
  send: (values: Values) => Promise<unknown>;
}

/** Asks in a dialog and sends once; it closes when the answer was taken. */
export function ask(app: App, question: Question): void {
  const fields = question.fields ?? makeFields(question.controls ?? [], question.values ?? {}, () => {}, {}, 'q-');
  const wrong = h('div', { role: 'alert' });
  const go = h(`button.button.${question.danger ? 'danger' : 'primary'}.grow`, { type: 'submit' }, question.go);
  const { element, close } = dialog(
    question.title,
    question.id,
    h(
      'form.form',
      { novalidate: true, onsubmit: (event: Event) => (event.preventDefault(), void send()) },
      ...(question.told ?? []).map((told) => (typeof told === 'string' ? h('p', null, told) : told)),
      wrong,
      fields.node,
      h('div.row', null, go, h('button.button', { type: 'button', onclick: () => close() }, t('cancel'))),
    ),
  );
  element.querySelector<HTMLElement>('.fields input, .fields select, .fields textarea')?.focus();

  async function send(): Promise<void> {
    const values = fields.read();
    wrong.replaceChildren();
    if (!values || go.disabled) return;
    go.disabled = true;
    try {
      await question.send(values);
      close();
    } catch (error) {
      go.disabled = false;
      if (loggedOut(app, error)) return close();
      const left = error instanceof Problem ? error.errors.filter((e) => !fields.blame(e.pointer.split('/').pop()!, e.message)).map((e) => e.message) : [];
      const all = error instanceof Problem && error.errors.length;
      wrong.replaceChildren(h('div.error', null, ...(all ? [t('look_again'), ...left] : problemWords(error)).map((text) => h('p', null, text))));
    }
  }
}
