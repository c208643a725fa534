import type { ExpressionSpecification, Map as GLMap } from 'maplibre-gl';

const prefix = 'cluster';
const steps = 12; // of a full turn
const size = 96; // of the image, drawn at twice the size of the screen's

/** The name of the ring whose arcs are these parts of a whole, in steps of a twelfth: cluster-0-9-3. */
export function ringName(parts: (ExpressionSpecification | 0)[], whole: ExpressionSpecification): ExpressionSpecification {
  const share = (part: ExpressionSpecification | 0): unknown => (part === 0 ? '-0' : ['concat', '-', ['round', ['/', ['*', steps, part], whole]]]);
  return ['concat', prefix, ...parts.map(share)] as unknown as ExpressionSpecification;
}

/** Draws rings when the map first asks for one by its name. */
export function drawRings(map: GLMap, colors: string[]): void {
  map.setMissingStyleImageResolver((id) => {
    const [name, ...shares] = id.split('-');
    if (name === prefix && !map.hasImage(id)) map.addImage(id, ring(shares.map(Number), colors), { pixelRatio: 2 });
  });
}

/** A white disc with a coloured arc for each share, from the top, clockwise. */
function ring(shares: number[], colors: string[]): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = canvas.getContext('2d')!;
  const disc = (radius: number, fill: string, from = 0, to = 1): void => {
    pen.beginPath();
    pen.moveTo(size / 2, size / 2);
    pen.arc(size / 2, size / 2, radius, (from - 0.25) * 2 * Math.PI, (to - 0.25) * 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
  };
  disc(47, '#17211940');
  disc(45.5, '#fff');
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let from = 0;
  shares.forEach((share, i) => {
    if (share) disc(44, colors[i] ?? '#52605c', from / whole, (from + share) / whole);
    from += share;
  });
  disc(34, '#fff');
  return pen.getImageData(0, 0, size, size);
}
