import { h } from './dom';

export interface Option {
  value: string;
  label: string;
  /** Options of a group stand together below its name. */
  group?: string;
}

/** A labelled choice. */
export function choice(id: string, label: string, value: string, options: Option[], chosen: (value: string) => void): HTMLElement {
  const groups = [...new Set(options.map((option) => option.group ?? ''))];
  const line = (option: Option): HTMLElement => h('option', { value: option.value, selected: option.value === value }, option.label);
  const lines = groups.flatMap((group) => {
    const own = options.filter((option) => (option.group ?? '') === group).map(line);
    return group ? [h('optgroup', { label: group }, ...own)] : own;
  });
  const select = h('select.input', { id }, ...lines);
  select.addEventListener('change', () => chosen(select.value));
  return field(id, label, select);
}

/** A labelled number within bounds; what is none is put back. */
export function amount(id: string, label: string, value: number | null, { min, max, step = 1 }: { min: number; max: number; step?: number }, chosen: (value: number | null) => void): HTMLElement {
  const input = h('input.input', { id, type: 'number', inputmode: 'decimal', min, max, step, value });
  input.addEventListener('change', () => {
    const next = input.value === '' ? null : Number(input.value);
    if (next !== null && !(next >= min && next <= max)) input.value = String(value ?? '');
    else chosen(next);
  });
  return field(id, label, input);
}

/** A box that is ticked or not. */
export function tick(id: string, label: string, on: boolean, chosen: (on: boolean) => void): HTMLElement {
  const box = h('input', { id, type: 'checkbox', checked: on });
  box.addEventListener('change', () => chosen(box.checked));
  return h('label.tick', { for: id }, box, h('span', null, label));
}

/** One of a few, as buttons of which one is pressed. */
export function either(label: string, value: string, options: Option[], chosen: (value: string) => void): HTMLElement {
  return h('div.either', { role: 'group', 'aria-label': label }, ...options.map((option) => h('button', { type: 'button', 'data-key': `${label}-${option.value}`, 'aria-pressed': String(option.value === value), onclick: () => chosen(option.value) }, option.label)));
}

export function field(id: string, label: string, input: HTMLElement): HTMLElement {
  return h('div.field', null, h('label.label', { for: id }, label), input);
}

/** What is opened when somebody wants to see it; `open` only where there is room. */
export function fold(title: string, id: string, open: boolean, ...content: (Node | string | null)[]): HTMLElement {
  return h('details.fold-box', { id, open }, h('summary', { 'data-key': id }, title), h('div.stack', null, ...content));
}

/** Fills a box anew; the focus stays on the element of the same id or data-key. */
export function refill(box: HTMLElement, ...nodes: (Node | string | null | false)[]): void {
  const held = box.contains(document.activeElement) ? document.activeElement!.closest<HTMLElement>('[id], [data-key]') : null;
  const open = new Set([...box.querySelectorAll<HTMLDetailsElement>('details[id]')].filter((d) => d.open).map((d) => d.id));
  box.replaceChildren(...nodes.filter((node) => node !== null && node !== false));
  for (const details of box.querySelectorAll<HTMLDetailsElement>('details[id]')) if (open.has(details.id)) details.open = true;
  if (!held) return;
  const key = held.dataset.key;
  box.querySelector<HTMLElement>(key ? `[data-key="${CSS.escape(key)}"]` : `#${CSS.escape(held.id)}`)?.focus();
}
