import { h } from './dom';
import { t } from './i18n';
import { icon } from './icons';

/** Moves by so many metres. */
type Nudge = (east: number, north: number) => void;

/** The four buttons that move the point by a metre, for whom dragging is too much or too coarse. */
export function nudgeButtons(nudge: Nudge): HTMLElement {
  const arrow = (name: 'left' | 'up' | 'down' | 'right', east: number, north: number): HTMLElement =>
    h('button.button.square', { type: 'button', 'data-nudge': name, 'aria-label': t(`nudge_${name}`), onclick: () => nudge(east, north) }, icon(name));
  return h('div.nudges', { role: 'group', 'aria-label': t('nudge') }, arrow('left', -1, 0), arrow('up', 0, 1), arrow('down', 0, -1), arrow('right', 1, 0));
}

/** Lets the arrow keys nudge while this element has the focus: a metre, with Shift ten. Returns what stops that. */
export function nudgeKeys(element: HTMLElement, nudge: Nudge): () => void {
  const keys = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    nudge(move[0]!, move[1]!);
  };
  element.addEventListener('keydown', keys, { capture: true });
  return () => element.removeEventListener('keydown', keys, { capture: true });
}
