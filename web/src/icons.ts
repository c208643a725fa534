import { drawn, icon as shellIcon, type ShellIcon } from './dom';

const strokes = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.500 15.500 20 20',
  pencil: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  move: 'M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  gps: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 2v4M12 18v4M2 12h4M18 12h4',
  down: 'M6 10l6 6 6-6',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  history: 'M4 12a8 8 0 1 0 2.500-5.800M4 4v5h5M12 8v4l3 2',
} as const;
export type IconName = keyof typeof strokes | ShellIcon;

/** One of the page's own line icons, for the parts that come after the first screen. */
export function icon(name: IconName): SVGElement {
  return name in strokes ? drawn(strokes[name as keyof typeof strokes]) : shellIcon(name as ShellIcon);
}
