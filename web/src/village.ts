import type { App } from './app';

/** The name of the kelurahan or desa with this code; the code itself where no answer comes. */
export async function villageName(app: App, code: string): Promise<string> {
  const found = await app.api.get<{ results: { collection: string; name: string }[] }>(`/api/search?limit=1&q=${encodeURIComponent(code)}`).catch(() => null);
  return found?.results.find((r) => r.collection === 'kelurahan')?.name ?? code;
}
