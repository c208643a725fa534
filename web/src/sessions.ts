import type { App } from './app';
import { h } from './dom';
import { formatTime, t } from './i18n';
import { attempt, empty } from './view';

/** A log-in that holds. */
export interface OpenSession {
  id: number;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  address: string;
  agent: string;
  current?: boolean;
}

/** Where somebody is logged in, with buttons that end one or all; `path` is where they are on the server. */
export function sessionList(app: App, sessions: OpenSession[], path: string, again: () => void): HTMLElement {
  const end = (id: number | null): ((event: Event) => void) => (event) =>
    void attempt(app, () => app.api.write('DELETE', id === null ? path : `${path}/${id}`).then(again), event.currentTarget as HTMLButtonElement);
  const others = sessions.filter((s) => !s.current);
  if (!sessions.length) return empty(t('sessions_none'));
  return h(
    'div',
    null,
    h(
      'ul.items.lines',
      null,
      ...sessions.map((session) =>
        h(
          'li',
          { 'data-id': session.id },
          h('span.grow', null, h('span', null, deviceOf(session.agent), session.current && h('span.tag.good', null, t('session_this'))), h('span.small.quiet', null, `${session.address} · ${t('seen', { time: formatTime(session.last_seen_at) })}`)),
          !session.current && h('button.button', { type: 'button', 'aria-label': t('session_end_of', { device: deviceOf(session.agent) }), onclick: end(session.id) }, t('session_end')),
        ),
      ),
    ),
    others.length > 1 && h('button.button', { type: 'button', onclick: end(null) }, t(others.length < sessions.length ? 'sessions_end_others' : 'sessions_end_all')),
  );
}

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/QGIS\//, 'QGIS'],
];
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** Names browser and system from what the browser says of itself: "Chrome, Android". */
export function deviceOf(agent: string): string {
  const first = (list: [RegExp, string][]): string => list.find(([pattern]) => pattern.test(agent))?.[1] ?? '';
  return [first(browsers), first(systems)].filter(Boolean).join(', ') || agent.slice(0, 40) || t('device_unknown');
}
