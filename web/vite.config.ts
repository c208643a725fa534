import { defineConfig } from 'vitest/config';
import { compressed } from './compress.ts';

// Nothing is inlined: the page runs under a policy that forbids inline scripts,
// inline styles and data: fonts.
export default defineConfig({
  plugins: [compressed()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/tiles': 'http://127.0.0.1:8080' } },
  test: { include: ['test/**/*.test.ts'] },
});
