import type { Mode, Panel, Refresh, Size } from './app';
import { byId } from './dom';
import { t } from './i18n';

const sizes: Size[] = ['peek', 'half', 'full'];

/** Makes the panel. On phones its handle can be tapped or dragged between three heights. */
export function makePanel(): Panel {
  const section = byId('panel');
  const body = byId('panel-body');
  const handle = byId('handle');
  section.setAttribute('aria-label', t('panel'));
  let leave: (() => void) | undefined;
  let refresh: Refresh | undefined;
  let mode: Mode = 'home';

  const size = (next: Size): void => {
    section.dataset.size = next;
    handle.setAttribute('aria-label', t(next === 'peek' ? 'panel_more' : 'panel_less'));
    handle.setAttribute('aria-expanded', String(next !== 'peek'));
    body.scrollTop = next === 'peek' ? 0 : body.scrollTop;
  };
  const step = (by: number): void => {
    const now = sizes.indexOf(section.dataset.size as Size);
    size(sizes[Math.max(0, Math.min(2, now + by))]!);
  };

  let from: number | null = null;
  let dragged = false;
  handle.addEventListener('pointerdown', (event) => {
    from = event.clientY;
    dragged = false;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener('pointermove', (event) => {
    if (from === null || Math.abs(event.clientY - from) < 40) return;
    step(event.clientY < from ? 1 : -1);
    from = event.clientY;
    dragged = true;
  });
  handle.addEventListener('pointerup', () => (from = null));
  handle.addEventListener('pointercancel', () => (from = null));
  handle.addEventListener('click', () => {
    if (!dragged) step(section.dataset.size === 'peek' ? 1 : -2);
    dragged = false;
  });
  size('peek');

  return {
    body,
    size,
    refresh: (changes) => refresh?.(changes),
    get mode() {
      return mode;
    },
    show(next, content, options = {}) {
      leave?.();
      ({ leave, refresh } = options);
      mode = next;
      // The back button leaves a form or the placing, not the page.
      if ((next === 'place' || next === 'form') && !history.state?.working) history.pushState({ working: true }, '', location.href);
      document.documentElement.dataset.mode = next;
      body.replaceChildren(content);
      body.scrollTop = 0;
      size(options.size ?? 'half');
      if (options.focus) section.focus({ preventScroll: true });
    },
  };
}
