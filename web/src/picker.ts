import { isArea } from './api';
import type { App } from './app';
import { combobox } from './combobox';
import { h } from './dom';
import type { Choice, Picker } from './form';
import { t } from './i18n';
import { type Found, foundLine } from './search';

/** A field that is filled from a search: what is chosen has a value, what is only typed has none. */
export function pickInput(id: string, picker: Picker, described: string, start: string): { node: HTMLElement; input: HTMLInputElement; chosen: () => string | null } {
  const input = h('input.input', { id, type: 'search', 'aria-describedby': described, placeholder: picker.placeholder ?? null });
  const box = h('div.results', { hidden: true });
  const node = h('div.pick', null, input, box);
  let choice: Choice | null = start ? (picker.chosen ?? { value: start, label: start }) : null;
  input.value = choice?.label ?? '';
  combobox<Choice>(input, {
    id: `${id}-results`,
    label: t('search'),
    box,
    ask: picker.ask,
    line: (found) => found.line ?? [h('span.two', null, h('span', null, found.label), h('span', null, found.under ?? ''))],
    said: (n, q) => (n ? t('search_count', { n }) : t('search_none', { q })),
    choose: (found) => {
      choice = found;
      input.value = found.label;
      node.dispatchEvent(new Event('change', { bubbles: true }));
      picker.picked?.(found);
    },
  });
  input.addEventListener('input', () => (choice = null));
  if (start && !picker.chosen) void nameOf(picker, start).then((label) => label && choice?.value === start && (input.value = label));
  return { node, input, chosen: () => choice?.value ?? (input.value.trim() ? null : '') };
}

/** What a value that is there already is called. */
async function nameOf(picker: Picker, value: string): Promise<string> {
  const found = await picker.ask(value, new AbortController().signal).catch(() => []);
  return found.find((choice) => choice.value === value)?.label ?? '';
}

/** Searches areas by name or code. */
export function areaPicker(app: App): Picker['ask'] {
  return async (q, signal) => {
    const { results } = await app.api.get<{ results: Found[] }>(`/api/search?limit=30&q=${encodeURIComponent(q)}`, signal);
    return results.filter((r) => isArea(r.collection)).map((r) => ({ value: codeOf(r.id), label: r.name, line: foundLine(app)({ ...r, context: [r.context, codeOf(r.id)].filter(Boolean).join(' · ') }) }));
  };
}

/** An area's code from its id: 3571011001 is 35.71.01.1001. */
export function codeOf(id: number): string {
  return String(id).replace(/^(\d\d)(\d\d)?(\d\d)?(\d{4})?$/, (_, ...parts: (string | undefined)[]) => parts.slice(0, 4).filter(Boolean).join('.'));
}
