import type { AssetType, Feature } from './api';
import type { App } from './app';
import { fieldText } from './details';
import { h } from './dom';
import type { Conflict, Control, Values } from './form';
import { formatPoint, formatTime, t, tText } from './i18n';

/** Shows each field that two people changed: mine beside what is there, and takes the choice. */
export function askConflict(_app: App, box: HTMLElement, type: AssetType, controls: Control[], conflicts: Conflict[], current: Feature, chosen: (values: Values) => void): void {
  const rows = conflicts.map((conflict) => {
    const name = `keep-${conflict.name}`;
    const words = (value: unknown): string => (conflict.name === 'geometry' ? pointWords(value) : answerWords(type, controls, conflict.name, value)) || '–';
    const option = (value: 'mine' | 'theirs', label: string): HTMLElement =>
      h('label.choice', null, h('input', { type: 'radio', name, value, required: true }), h('span.two', null, h('span', null, label), h('span', null, words(conflict[value]))));
    return h('fieldset.field', null, h('legend.label', null, labelOf(controls, conflict.name)), option('mine', t('mine')), option('theirs', t('theirs')));
  });
  const when = String(current.properties.updated_at ?? '');
  const form = h(
    'form.notice.conflict',
    {
      id: 'conflict',
      role: 'group',
      'aria-label': t('conflict'),
      onsubmit: (event: Event) => {
        event.preventDefault();
        const data = new FormData(event.target as HTMLFormElement);
        chosen(Object.fromEntries(conflicts.map((c) => [c.name, data.get(`keep-${c.name}`) === 'theirs' ? c.theirs : c.mine])));
      },
    },
    h('p', null, h('strong', null, t('conflict')), ' ', when && t('conflict_when', { time: formatTime(when) })),
    ...rows,
    h('button.button.primary', { type: 'submit' }, t('conflict_save')),
  );
  box.replaceChildren(form);
  box.focus();
  box.scrollIntoView({ block: 'nearest' });
}

function labelOf(controls: Control[], name: string): string {
  if (name === 'geometry') return t('point');
  return tText(controls.find((c) => c.name === name)?.label) || name;
}

function answerWords(type: AssetType, controls: Control[], name: string, value: unknown): string {
  const field = type.fields.find((f) => f.name === name) ?? { name, label: { id: name, en: name }, sensitivity: 'public' as const, widget: 'text', options: controls.find((c) => c.name === name)?.options ?? [] };
  return fieldText(field, value) ?? '';
}

function pointWords(geometry: unknown): string {
  const at = (geometry as Feature['geometry'])?.coordinates;
  return at ? formatPoint(at) : t('is_without_point');
}
