import type { Map as GLMap } from 'maplibre-gl';
import type { AssetType } from './api';

const size = 64; // of the image, drawn at twice the size of the screen's

/** Draws each type's badge, a coloured disc with a white rim and its glyph, and gives it to the map. */
export async function addBadges(map: GLMap, types: AssetType[]): Promise<void> {
  const all = [...types.map((type) => ({ name: `asset-${type.name}`, icon: type.icon, color: type.color })), { name: 'asset-other', icon: 'lainnya', color: '#52605c' }];
  await Promise.all(
    all.map(async ({ name, icon, color }) => {
      const glyph = await loaded(`/icons/${encodeURIComponent(icon)}.svg`).catch(() => loaded('/icons/lainnya.svg').catch(() => null));
      if (!map.hasImage(name)) map.addImage(name, drawn(glyph, color), { pixelRatio: 2 });
    }),
  );
}

function loaded(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = url;
  });
}

function drawn(glyph: HTMLImageElement | null, color: string): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = canvas.getContext('2d')!;
  const disc = (radius: number, fill: string): void => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
  };
  disc(30, '#17211940');
  disc(28.5, '#fff');
  disc(25, color);
  if (glyph) pen.drawImage(glyph, 16, 16, 32, 32);
  return pen.getImageData(0, 0, size, size);
}
