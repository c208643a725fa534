import type { Map as GLMap } from 'maplibre-gl';
import { h } from './dom';

/** A word beside the pointer, over the map; it belongs to the eye alone. */
export interface Tip {
  /** Says this at a point of the screen; nothing takes it away. */
  say(words: string, at?: { x: number; y: number }): void;
  remove(): void;
}

export function makeTip(map: GLMap): Tip {
  const node = h('div.map-tip', { hidden: true, 'aria-hidden': 'true' });
  map.getContainer().append(node);
  return {
    say(words, at) {
      node.hidden = !words;
      if (!words || !at) return;
      node.textContent = words;
      const width = map.getCanvas().clientWidth;
      const right = at.x > width / 2;
      Object.assign(node.style, { left: right ? '' : `${at.x + 14}px`, right: right ? `${width - at.x + 14}px` : '', top: `${Math.max(4, at.y - 12)}px` });
    },
    remove: () => node.remove(),
  };
}
