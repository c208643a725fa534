import type { ExpressionSpecification, LayerSpecification, Map as GLMap } from 'maplibre-gl';
import { areaSource } from './areas';

/** From light to dark: nothing done, less than half, more, everything. */
export const shades = ['#f3ead3', '#c5e0cf', '#6fb49c', '#0b5d4e'] as const;

const villages = { source: areaSource('kelurahan'), sourceLayer: 'kelurahan' };

/** Villages coloured by a share that is set on them; see drawShares. */
export function shadeLayer(): LayerSpecification {
  const share: ExpressionSpecification = ['number', ['feature-state', 'share'], -1];
  return {
    id: 'share-fill',
    type: 'fill',
    source: villages.source,
    'source-layer': villages.sourceLayer,
    layout: { visibility: 'none' },
    paint: { 'fill-color': ['step', share, 'rgba(0,0,0,0)', 0, shades[0], 0.0001, shades[1], 0.5, shades[2], 1, shades[3]], 'fill-opacity': 0.8 },
  };
}

/** Colours the villages by their shares; null takes the colours away. */
export function drawShares(map: GLMap, shares: Map<number, number> | null): void {
  map.removeFeatureState(villages);
  for (const [id, share] of shares ?? []) map.setFeatureState({ ...villages, id }, { share });
  map.setLayoutProperty('share-fill', 'visibility', shares ? 'visible' : 'none');
  document.documentElement.dataset.shaded = String(shares?.size ?? 0);
}
