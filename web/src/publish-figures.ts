import type { Session } from './api';
import type { App } from './app';
import { ask } from './ask';
import { sourceName } from './batch';
import { dialog } from './dialog';
import { h } from './dom';
import { formatNumber, t, tValue } from './i18n';
import { periodWords } from './period';
import type { Registry } from './registry';
import { loggedOut, problemWords } from './view';

interface Asked {
  source: string;
  period: string;
  /** The areas that figures are of: all of the city are published together. */
  areas: string[];
}
interface Publication {
  published: boolean;
  edition: number;
  revision: number | null;
  covered: number;
  expected: number;
  incomplete: { area_code: string; area_name: string; state: string; late: boolean }[];
  audiences: { audience: 'public' | 'internal'; threshold: number; shown: number; small: number; hidden: number; missing: number }[];
  changed: number;
}

/** Shows what publishing would do, what is incomplete and what would be hidden, and publishes when that is wanted. */
export async function askPublish(app: App, registry: Registry, asked: Asked): Promise<void> {
  const title = t('publish_of', { name: `${sourceName(registry, asked.source)}, ${periodWords(asked.period)}` });
  const area = publishedArea(app.session, asked.areas);
  const send = (dry: boolean): Promise<Publication> => app.api.write<Publication>('POST', '/api/publications', { source: asked.source, period: asked.period, area_code: area, dry_run: dry });
  const waiting = dialog(title, 'publish-dialog', h('p', { role: 'status' }, t('publish_counting')));
  try {
    const would = await send(true);
    waiting.close();
    ask(app, {
      id: 'publish-dialog',
      title,
      told: [...report(would), h('p.small.quiet', null, t('publish_told'))],
      go: t('publish_go', { n: would.edition }),
      send: async () => {
        const done = await send(false);
        if (!done.published) return app.toast(t('publish_same'), { seconds: 8 });
        app.toast(t('publish_done', { n: done.edition, covered: formatNumber(done.covered) }), { good: true, seconds: 8 });
        return app.changed();
      },
    });
  } catch (error) {
    waiting.close();
    if (!loggedOut(app, error)) app.toast(problemWords(error).join(' '), { seconds: 10 });
  }
}

/** The area that is published: that of the account's own right, or the city, else the province that all areas lie in. */
export function publishedArea(session: Session, areas: string[]): string {
  const grant = (session.account?.grants ?? []).find(({ role, area_code }) => (role === 'dinsos' || role === 'administrator') && area_code);
  const common = [5, 2].map((length) => new Set(areas.map((area) => area.slice(0, length)))).find((codes) => codes.size === 1);
  return grant?.area_code ?? [...(common ?? [])][0] ?? '';
}

function report(would: Publication): Node[] {
  const behind = would.incomplete;
  const audience = ({ audience: to, threshold, shown, small, hidden, missing }: Publication['audiences'][number]): HTMLElement =>
    h('li', { 'data-audience': to }, h('strong', null, tValue('publish_to', to)), h('br'), t('publish_counts', { shown: formatNumber(shown), small: formatNumber(small), hidden: formatNumber(hidden), missing: formatNumber(missing), k: threshold }));
  return [
    h('p', { id: 'publish-covered' }, t('publish_covered', { covered: formatNumber(would.covered), expected: formatNumber(would.expected) })),
    behind.length ? h('details.more', { id: 'publish-behind' }, h('summary', null, t('publish_incomplete', { n: formatNumber(behind.length) })), h('ul.small', null, ...behind.map((area) => h('li', null, `${area.area_name}: ${tValue('batch_state', area.state)}${area.late ? `, ${t('overview_late')}` : ''}`)))) : h('p.small.quiet', null, t('publish_complete')),
    h('ul.publish-counts', null, ...would.audiences.map(audience)),
    ...(would.edition > 1 ? [h('p', null, t('publish_changed', { n: formatNumber(would.changed) }))] : []),
  ];
}
