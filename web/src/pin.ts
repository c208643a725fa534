import { byId } from './dom';

const crosshair =
  'M20 0C11 0 4 7 4 16c0 9 8 15 13.500 27.500L20 50l2.500-6.500C28 31 36 25 36 16 36 7 29 0 20 0z';

/** Shows the pin that stands at the centre of the map. */
export function showPin(shown: boolean): void {
  const pin = byId('crosshair');
  if (!pin.childElementCount) pin.append(pinShape());
  pin.hidden = !shown;
}

function pinShape(): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 40 50');
  svg.setAttribute('aria-hidden', 'true');
  for (const [d, look] of [
    [crosshair, 'pin'],
    ['M20 10a6 6 0 1 0 0 12 6 6 0 0 0 0-12z', 'eye'],
  ] as const) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', look);
    svg.append(path);
  }
  return svg;
}
