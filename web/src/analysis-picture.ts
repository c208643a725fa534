import type { App } from './app';
import { drawLegend, type Legend, legendNode, notesNode, wrapped } from './analysis-legend';
import type { MapLayers } from './analysis-map';
import { h } from './dom';
import { t } from './i18n';

const [pageWide, pageHigh] = [1600, 1131]; // A4 landscape
const margin = 40;

/** A page with title, map, legend and source, as a picture. */
export function pictureOf(map: HTMLCanvasElement, legend: Legend): HTMLCanvasElement {
  const page = h('canvas', { width: pageWide, height: pageHigh });
  const pen = page.getContext('2d')!;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, pageWide, pageHigh);
  const say = (text: string, x: number, y: number, size: number, width: number, weight = 400): number => {
    pen.font = `${weight} ${size}px 'Patok Sans', sans-serif`;
    pen.fillStyle = '#17211f';
    const lines = wrapped(pen, text, width);
    lines.forEach((line, i) => pen.fillText(line, x, y + size + i * size * 1.35));
    return lines.length * size * 1.35;
  };
  let top = margin;
  top += say(legend.title, margin, top, 32, pageWide - 2 * margin, 600) + 4;
  if (legend.subtitle) top += say(legend.subtitle, margin, top, 20, pageWide - 2 * margin) + 4;
  top += 12;
  const side = 400;
  pen.font = "400 16px 'Patok Sans', sans-serif";
  const noteLines = legend.notes.flatMap((note) => wrapped(pen, note, pageWide - 2 * margin));
  const bottom = pageHigh - margin - noteLines.length * 22 - 12;
  drawMap(pen, map, margin, top, pageWide - 3 * margin - side, bottom - top);
  drawLegend(pen, legend, pageWide - margin - side, top, side, 18);
  pen.font = "400 16px 'Patok Sans', sans-serif";
  pen.fillStyle = '#52605c';
  noteLines.forEach((line, i) => pen.fillText(line, margin, bottom + 12 + 18 + i * 22));
  return page;
}

/** The whole map, as large as fits, in a frame. */
function drawMap(pen: CanvasRenderingContext2D, map: HTMLCanvasElement, x: number, y: number, wide: number, high: number): void {
  const scale = Math.min(wide / map.width, high / map.height);
  const [w, tall] = [map.width * scale, map.height * scale];
  pen.drawImage(map, x, y, w, tall);
  pen.strokeStyle = '#17211f';
  pen.lineWidth = 1.5;
  pen.strokeRect(x, y, w, tall);
}

/** Offers the page as a PNG file. */
export function savePicture(app: App, layers: MapLayers, legend: Legend, name: string): void {
  pictureOf(layers.picture(), legend).toBlob((blob) => {
    if (!blob) return void app.toast(t('analysis_picture_failed'));
    const url = URL.createObjectURL(blob);
    h('a', { href: url, download: name }).click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }, 'image/png');
}

/** What is printed instead of the page: title, the map as a picture, legend, source, and the table. */
export function printSheet(layers: MapLayers | null, legend: Legend, table: Node | null): HTMLElement {
  const image = layers ? h('img', { src: layers.picture().toDataURL('image/png'), alt: '' }) : null;
  return h(
    'section.print-sheet',
    { 'aria-hidden': 'true' },
    h('h1', null, legend.title),
    legend.subtitle && h('p', null, legend.subtitle),
    h('div.print-map', null, image, legendNode({ ...legend, notes: [] })),
    notesNode(legend.notes),
    table,
  );
}
