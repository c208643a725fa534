import { deflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';

interface Pixels {
  width: number;
  height: number;
  rgba: Uint8Array;
}

/** A PNG with at most 256 colours, a third of the size: a map has few. The page's browser decodes. */
export async function smaller(page: Page, png: Buffer): Promise<Buffer> {
  const pixels = await decoded(page, png);
  const { palette, indexes } = quantised(pixels);
  const rows = Buffer.alloc((pixels.width + 1) * pixels.height); // each row begins with its filter, none
  for (let y = 0; y < pixels.height; y++) rows.set(indexes.subarray(y * pixels.width, (y + 1) * pixels.width), y * (pixels.width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels.width, 0);
  header.writeUInt32BE(pixels.height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** The pixels of a PNG, decoded in the page's browser. */
export async function decoded(page: Page, png: Buffer): Promise<Pixels> {
  const { width, height, text } = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: image.width, height: image.height });
    const pen = canvas.getContext('2d')!;
    pen.drawImage(image, 0, 0);
    const bytes = pen.getImageData(0, 0, image.width, image.height).data;
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return { width: image.width, height: image.height, text: btoa(text) };
  }, png.toString('base64'));
  return { width, height, rgba: Buffer.from(text, 'base64') };
}

/** The 256 commonest colours of 32 steps per channel, each the mean of what falls into it; the rest goes to the nearest. */
function quantised({ rgba }: Pixels): { palette: Buffer; indexes: Uint8Array } {
  const cells = new Map<number, { n: number; sum: [number, number, number]; index: number }>();
  const cellOf = (i: number): number => ((rgba[i]! >> 3) << 10) | ((rgba[i + 1]! >> 3) << 5) | (rgba[i + 2]! >> 3);
  for (let i = 0; i < rgba.length; i += 4) {
    const cell = cells.get(cellOf(i)) ?? { n: 0, sum: [0, 0, 0], index: -1 };
    cell.n++;
    for (const c of [0, 1, 2] as const) cell.sum[c] += rgba[i + c]!;
    cells.set(cellOf(i), cell);
  }
  const ordered = [...cells.values()].sort((a, b) => b.n - a.n);
  const colors = ordered.slice(0, 256).map(({ n, sum }) => sum.map((s) => Math.round(s / n)));
  ordered.forEach((cell, i) => {
    const mean = cell.sum.map((s) => s / cell.n);
    const away = (color: number[]): number => color.reduce((sum, v, c) => sum + (v - mean[c]!) ** 2, 0);
    cell.index = i < 256 ? i : colors.reduce((best, color, at) => (away(color) < away(colors[best]!) ? at : best), 0);
  });
  const indexes = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < indexes.length; i++) indexes[i] = cells.get(cellOf(i * 4))!.index;
  return { palette: Buffer.from(colors.flat()), indexes };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

/** CRC-32 as PNG has it (its specification, annex D). */
function crc(bytes: Buffer): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
