import type { BBox, LonLat } from './api';
import { parseCoordinates } from './coordinates';
import { h } from './dom';
import { formatPoint, t } from './i18n';

/** The field for typed coordinates and links; proposes another reading where this one lies far off. */
export function typedCoordinates(city: BBox | null, taken: (point: LonLat, how: 'ketik' | 'tautan') => void): HTMLElement {
  const input = h('input.input', { id: 'typed-input', type: 'text', autocomplete: 'off', 'aria-describedby': 'typed-help typed-error', placeholder: '-7,81234; 112,01234' });
  const wrong = h('div', { id: 'typed-error', role: 'alert' });
  const read = (): void => {
    wrong.replaceChildren();
    const found = parseCoordinates(input.value, city);
    if (typeof found === 'string') {
      wrong.append(h('p.field-error', null, t(`typed_${found}`)));
      return;
    }
    const { suggestion } = found;
    if (!suggestion) return taken(found.point, found.takenBy);
    wrong.append(
      h('p.notice.small', null, t(`typed_${suggestion.why}`, { point: formatPoint(suggestion.point) })),
      h('button.button', { type: 'button', id: 'typed-suggestion', onclick: () => (wrong.replaceChildren(), taken(suggestion.point, found.takenBy)) }, t('typed_use')),
      Math.abs(found.point[1]) <= 90 ? h('button.button.plain', { type: 'button', onclick: () => (wrong.replaceChildren(), taken(found.point, found.takenBy)) }, t('typed_keep')) : '',
    );
  };
  return h(
    'form.typed',
    { id: 'typed', onsubmit: (event: Event) => (event.preventDefault(), read()) },
    h('label.label', { for: 'typed-input' }, t('typed_label')),
    h('div.row', null, h('span.grow', null, input), h('button.button', { type: 'submit' }, t('typed_go'))),
    h('p.small.quiet', { id: 'typed-help' }, t('typed_help')),
    wrong,
  );
}
