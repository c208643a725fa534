import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Compression, PMTiles, TileType } from 'pmtiles';
import { expect, test } from './page';

interface Exported {
  collections: string[];
  revision: number;
  tiles: number;
}

/** Files on storage that knows nothing of maps, only how to give a part of a file. */
async function plainStorage(file: Buffer): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!.map(Number);
    const part = file.subarray(from, to! + 1);
    response.writeHead(206, { 'Content-Length': part.length, 'Content-Range': `bytes ${from}-${from! + part.length - 1}/${file.length}` }).end(part);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kota.pmtiles`, close: () => server.close() };
}

const column = (lon: number, z: number): number => Math.floor((lon / 360 + 0.5) * 2 ** z);
const row = (lat: number, z: number): number => Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z);

test('@desktop the public reader finds the tiles of the server in an archive on plain storage', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'patok-export-'));
  const path = join(folder, 'kota.pmtiles');
  const said = execFileSync(resolve(process.env.PATOK_BIN ?? '../bin/patok'), ['export', path, '--json', '--data-dir', process.env.PATOK_E2E_DATA!], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const exported = JSON.parse(said) as Exported;
  const storage = await plainStorage(readFileSync(path));
  rmSync(folder, { recursive: true });
  const archive = new PMTiles(storage.url);
  const current = { headers: { 'Patok-Min-Revision': String(exported.revision) } };
  try {
    const header = await archive.getHeader();
    expect(header).toMatchObject({ specVersion: 3, clustered: true, tileType: TileType.Mvt, tileCompression: Compression.Gzip, minZoom: 0, maxZoom: 16, numAddressedTiles: exported.tiles });
    const metadata = (await archive.getMetadata()) as { name: string; patok_revision: string; attribution: string; vector_layers: { id: string }[] };
    expect(metadata).toMatchObject({ name: 'Patok', patok_revision: String(exported.revision) });
    expect(metadata.vector_layers.map((l) => l.id)).toEqual(expect.arrayContaining(exported.collections));
    await expect.poll(async () => (await fetch(`${process.env.PATOK_E2E_URL}/api/collections`, current)).status).toBe(200);
    let full = 0;
    for (const z of [0, 5, 10, 13, 14]) {
      for (let x = column(header.minLon, z) - 1; x <= column(header.maxLon, z) + 1; x++) {
        for (let y = row(header.maxLat, z) - 1; y <= row(header.minLat, z) + 1; y++) {
          if (x < 0 || y < 0 || x >= 2 ** z || y >= 2 ** z) continue;
          const served = await fetch(`${process.env.PATOK_E2E_URL}/tiles/${exported.collections.join(',')}/${z}/${x}/${y}.mvt`, current);
          const kept = await archive.getZxy(z, x, y);
          expect(served.status, `${z}/${x}/${y}`).toBe(kept ? 200 : 204);
          if (!kept) continue;
          expect(Buffer.from(kept.data).equals(Buffer.from(await served.arrayBuffer())), `${z}/${x}/${y}`).toBe(true);
          full++;
        }
      }
    }
    expect(full).toBeGreaterThan(20);
  } finally {
    storage.close();
  }
});
