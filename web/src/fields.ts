import { h } from './dom';
import { type Control, readAnswer, type Values, type Wrong } from './form';
import { formatNumber, t, tText } from './i18n';
import { pickInput } from './picker';
import { shown } from './secret';

/** A form's questions on the page: their answers, and what is wrong with them. */
export interface Fields {
  node: HTMLElement;
  /** Reads all answers; shows what is wrong and returns null when something is. */
  read(): Values | null;
  /** The answers as they stand, for the draft. */
  peek(): Values;
  /** Shows what the server said about a field; false when it has no such field. */
  blame(name: string, message: string): boolean;
  clear(): void;
  focus(name: string): void;
}

/**
 * Builds the form's questions with these answers; `changed` runs at every change. `notes` are
 * what a reviewer said, by field; the inputs' ids begin with `prefix`.
 */
export function makeFields(controls: Control[], values: Values, changed: () => void, notes: Record<string, string> = {}, prefix = 'f-'): Fields {
  const asks = controls.some((c) => c.required); // where nothing is required, nothing has to say that it may stay empty
  const rows = new Map(controls.map((control) => [control.name, row(control, `${prefix}${control.name}`, values[control.name], notes[control.name] ?? '', asks)]));
  const main = controls.filter((c) => !c.more).map((c) => rows.get(c.name)!.node);
  const more = controls.filter((c) => c.more).map((c) => rows.get(c.name)!.node);
  const noted = controls.some((c) => c.more && notes[c.name]);
  const fold = more.length ? h('details.more', { open: noted }, h('summary', null, t('more_fields', { n: more.length })), ...more) : null;
  const node = h('div.fields', { oninput: changed, onchange: changed }, ...main, fold);
  const fields: Fields = {
    node,
    peek: () => Object.fromEntries(controls.map((c) => [c.name, readAnswer(c, rows.get(c.name)!.raw()).value])),
    read() {
      const read: Values = {};
      let fine = true;
      for (const control of controls) {
        const { value, wrong } = answer(control, rows.get(control.name)!);
        read[control.name] = value;
        if (wrong) fine = false;
        if (wrong && control.more) fold?.setAttribute('open', '');
        rows.get(control.name)!.blame(wrong ? wrongWords(control, wrong) : '');
      }
      return fine ? read : null;
    },
    blame(name, message) {
      if (fold && controls.find((c) => c.name === name)?.more) fold.setAttribute('open', '');
      rows.get(name)?.blame(message);
      return rows.has(name);
    },
    clear: () => rows.forEach((r) => r.blame('')),
    focus(name) {
      if (fold && controls.find((c) => c.name === name)?.more) fold.setAttribute('open', '');
      rows.get(name)?.focus();
    },
  };
  return fields;
}

function answer(control: Control, row: Row): { value: unknown; wrong?: Wrong } {
  return row.astray?.() ? { value: null, wrong: 'pick' } : readAnswer(control, row.raw());
}

function wrongWords(control: Control, wrong: Wrong): string {
  const bound = wrong === 'min' ? control.min : control.max;
  return t(`wrong_${wrong}`, { n: bound === undefined ? '' : formatNumber(bound, 2) });
}

interface Row {
  node: HTMLElement;
  raw(): string | string[];
  /** Whether something was typed that had to be picked. */
  astray?(): boolean;
  blame(message: string): void;
  focus(): void;
}

function row(control: Control, id: string, value: unknown, note: string, asks: boolean): Row {
  const help = tText(control.help);
  const error = h('p.field-error', { id: `${id}-error`, hidden: true });
  const described = [help && `${id}-help`, note && `${id}-note`, `${id}-error`].filter(Boolean).join(' ');
  const label = tText(control.label);
  const mark = control.required || !asks ? null : h('span.quiet.small', null, ` ${t('optional')}`);
  const helpNode = help ? h('p.small.quiet', { id: `${id}-help` }, help) : null;
  const noteNode = note ? h('p.field-note', { id: `${id}-note` }, note) : null;
  const blameOn = (target: HTMLElement) => (message: string) => {
    error.textContent = message;
    error.hidden = !message;
    if (message) target.setAttribute('aria-invalid', 'true');
    else target.removeAttribute('aria-invalid');
  };
  if (control.kind === 'multi') {
    const chosen = Array.isArray(value) ? value.map(String) : [];
    const boxes = control.options.map((o) => h('input', { type: 'checkbox', value: o.value, checked: chosen.includes(o.value) }) as HTMLInputElement);
    const group = h(
      'fieldset.field',
      { id, 'aria-describedby': described, tabindex: '-1' },
      h('legend.label', null, label, mark),
      helpNode,
      noteNode,
      ...boxes.map((box, i) => h('label.check', null, box, tText(control.options[i]!.label))),
      error,
    );
    return { node: group, raw: () => boxes.filter((b) => b.checked).map((b) => b.value), blame: blameOn(group), focus: () => (boxes[0] ?? group).focus() };
  }
  if (control.picker) {
    const pick = pickInput(id, control.picker, described, String(value ?? ''));
    const node = h('div.field', null, h('label.label', { for: id }, label, mark), helpNode, noteNode, pick.node, error);
    return { node, raw: () => pick.chosen() ?? '', astray: () => pick.chosen() === null, blame: blameOn(pick.input), focus: () => pick.input.focus() };
  }
  const input = inputFor(control, id, described, value);
  const node = h('div.field', null, h('label.label', { for: id }, label, mark), helpNode, noteNode, control.kind === 'password' ? shown(input as HTMLInputElement) : control.unit ? h('div.with-unit', null, input, h('span.quiet', null, control.unit)) : input, error);
  return { node, raw: () => input.value, blame: blameOn(input), focus: () => input.focus() };
}

function inputFor(control: Control, id: string, described: string, value: unknown): HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  const text = value === null || value === undefined ? '' : typeof value === 'number' ? String(value).replace('.', t('decimal_mark')) : String(value);
  const props = { id, name: control.name, 'aria-describedby': described, 'aria-required': control.required ? 'true' : null, maxlength: control.maxLength ?? null };
  if (control.kind === 'select') {
    const options = [{ value: '', label: '–' }, ...control.options.map((o) => ({ value: o.value, label: tText(o.label) }))];
    if (text && !options.some((o) => o.value === text)) options.push({ value: text, label: text });
    return h('select.input', { ...props, maxlength: null }, ...options.map((o) => h('option', { value: o.value, selected: o.value === text }, o.label)));
  }
  if (control.kind === 'area') {
    const area = h('textarea.input', { ...props, rows: 3 });
    area.value = text;
    return area;
  }
  const digits = control.name === 'rt' || control.name === 'rw' ? 'numeric' : control.kind === 'number' ? (control.integer ? 'numeric' : 'decimal') : null;
  const input = h('input.input', { ...props, type: control.kind === 'number' ? 'text' : control.kind, inputmode: digits, autocomplete: control.autocomplete ?? 'off' });
  input.value = text;
  return input;
}
