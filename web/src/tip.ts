import type { Map as GLMap } from 'maplibre-gl';
import { h } from './dom';

/** A word beside the pointer, over the map; it belongs to the eye alone. */
export interface Tip {
  /** Says this at a point of the screen; nothing takes it away. */
  say(words: string, at?: { x: number; y: number }): void;
}

export function makeTip(map: GLMap): Tip {
  const node = h('div.map-tip', { 'aria-hidden': 'true' });
  return {
    say(words, at) {
      if (!words || !at) return node.remove();
      node.textContent = words;
      const width = map.getCanvas().clientWidth;
      const right = at.x > width / 2;
      Object.assign(node.style, { left: right ? '' : `${at.x + 14}px`, right: right ? `${width - at.x + 14}px` : '', top: `${Math.max(4, at.y - 12)}px` });
      if (!node.isConnected) map.getContainer().append(node);
    },
  };
}
