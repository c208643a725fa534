import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { beforeAll, expect, it } from 'vitest';

// What a cheap phone on a slow line has to fetch: the shell first, the map after it.
let sizes: { shell: number; map: number; analysis: number; inline: boolean };

beforeAll(async () => {
  const built = (await build({ logLevel: 'silent', build: { write: false } })) as Rollup.RollupOutput;
  const files = built.output;
  const size = (file: (typeof files)[number]): number => gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length;
  const html = files.find((f) => f.fileName === 'index.html') as Rollup.OutputAsset;
  const named = files.filter((f) => String(html.source).includes(f.fileName));
  const chunks = new Map(files.filter((f) => f.type === 'chunk').map((f) => [f.fileName, f]));
  const shell = new Set(named.map((f) => f.fileName));
  for (const name of shell) for (const needed of chunks.get(name)?.imports ?? []) shell.add(needed);
  sizes = {
    shell: size(html) + files.filter((f) => shell.has(f.fileName)).reduce((sum, f) => sum + size(f), 0),
    map: files.filter((f) => /assets\/(map|maplibre)/.test(f.fileName)).reduce((sum, f) => sum + size(f), 0),
    analysis: files.filter((f) => /assets\/analysis-.*\.(js|css)$/.test(f.fileName)).reduce((sum, f) => sum + size(f), 0),
    inline: /<style|style=|<script(?![^>]*\bsrc=)/.test(String(html.source)),
  };
}, 60_000);

it('the shell is at most 15 KB', () => expect(sizes.shell, `${sizes.shell} bytes`).toBeLessThanOrEqual(15 * 1024));
it('map, worker and their styles are at most 460 KB', () => {
  expect(sizes.map).toBeGreaterThan(200 * 1024);
  expect(sizes.map).toBeLessThanOrEqual(460 * 1024);
});
it('the analysis is at most 40 KB', () => {
  expect(sizes.analysis).toBeGreaterThan(10 * 1024);
  expect(sizes.analysis).toBeLessThanOrEqual(40 * 1024);
});
it('nothing is inline, as the policy demands', () => expect(sizes.inline).toBe(false));
