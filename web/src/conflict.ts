import type { AssetType } from './api';
import { fieldLabel, valueWords } from './compare';
import { h } from './dom';
import type { Conflict } from './form';
import { formatTime, t } from './i18n';

/** Whose value of a field stays. */
export type Keep = Record<string, 'mine' | 'theirs'>;

/** Asks, for each field that two people changed, whose value stays; `when` is the time of the other change, '' when not known. */
export function conflictForm(type: AssetType, conflicts: Conflict[], when: string, chosen: (keep: Keep) => void): HTMLElement {
  const rows = conflicts.map((conflict) => {
    const name = `keep-${conflict.name}`;
    const option = (value: 'mine' | 'theirs', label: string): HTMLElement =>
      h('label.choice', null, h('input', { type: 'radio', name, value, required: true }), h('span.two', null, h('span', null, label), h('span', null, valueWords(type, conflict.name, conflict[value]) || '–')));
    return h('fieldset.field', null, h('legend.label', null, fieldLabel(type, { field: conflict.name, label: '' })), option('mine', t('mine')), option('theirs', t('theirs')));
  });
  return h(
    'form.notice.conflict',
    {
      id: 'conflict',
      role: 'group',
      'aria-label': t('conflict'),
      onsubmit: (event: Event) => {
        event.preventDefault();
        const data = new FormData(event.target as HTMLFormElement);
        chosen(Object.fromEntries(conflicts.map((c) => [c.name, data.get(`keep-${c.name}`) === 'theirs' ? 'theirs' : 'mine'])));
      },
    },
    h('p', null, h('strong', null, t('conflict')), ' ', when && t('conflict_when', { time: formatTime(when) })),
    ...rows,
    h('button.button.primary', { type: 'submit' }, t('conflict_save')),
  );
}
