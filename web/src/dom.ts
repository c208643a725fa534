type Child = Node | string | number | null | undefined | false;
type Props = Record<string, unknown>;

/**
 * Makes an element: `h('button.button.primary', {onclick}, 'Simpan')`. Text always goes
 * in as text, never as markup. Functions become listeners, booleans toggle attributes.
 */
export function h<K extends keyof HTMLElementTagNameMap>(spec: K | `${K}.${string}`, props?: Props | null, ...children: Child[]): HTMLElementTagNameMap[K];
export function h(spec: string, props?: Props | null, ...children: Child[]): HTMLElement;
export function h(spec: string, props?: Props | null, ...children: Child[]): HTMLElement {
  const [tag, ...classes] = spec.split('.');
  const element = document.createElement(tag!);
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((c) => c !== null && c !== undefined && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return element;
}

/** The element with this id; the page's own markup guarantees that it is there. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}

const strokes = {
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  up: 'M6 14l6-6 6 6',
  save: 'M12 4v11M7 10l5 5 5-5M5 20h14',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-5 8-5s7 1 8 5',
  eye: 'M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  hidden: 'M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM4 20 20 4',
} as const;
export type ShellIcon = keyof typeof strokes;

/** One of the line icons of the first screen, hidden from screen readers; icons.ts has the others. */
export function icon(name: ShellIcon): SVGElement {
  return drawn(strokes[name]);
}

/** An icon from the strokes of a 24 pixel square. */
export function drawn(stroke: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', stroke);
  svg.append(path);
  return svg;
}

/** The round badge of an asset type, in its own colour. */
export function badge(type: { icon: string; color: string } | undefined, size = ''): HTMLElement {
  const image = h('img', { src: `/icons/${encodeURIComponent(type?.icon ?? 'lainnya')}.svg`, alt: '', width: 15, height: 15 });
  image.addEventListener('error', () => (image.src = '/icons/lainnya.svg'), { once: true });
  const element = h(`span.badge${size}`, { 'aria-hidden': 'true' }, image);
  if (type) element.style.setProperty('--of', type.color);
  return element;
}

/** Runs `act` once calls have stopped for `ms` milliseconds. */
export function debounced<A extends unknown[]>(ms: number, act: (...args: A) => void): (...args: A) => void {
  let timer = 0;
  return (...args) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => act(...args), ms);
  };
}
