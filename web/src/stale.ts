import type { App } from './app';
import { byId } from './dom';
import { formatDate, formatTime, t } from './i18n';

const again = 5000;

/**
 * Keeps the line at the map: that the connection is lost, or since when the data stands
 * still because the server cannot reach its database. While it stands still, or while the
 * server gives no answer to what needs the database, asks what the memory of the server
 * can answer without anybody's session.
 */
export function watchFreshness(app: App): { connected: (is: boolean) => void } {
  let connected: boolean | null = null;
  let timer = 0;
  const draw = (): void => {
    const { staleSince } = app.api;
    byId('net').textContent = connected === false ? t('live_lost') : staleSince ? t('live_stale', { time: clock(staleSince) }) : '';
    if (connected !== null) document.documentElement.dataset.live = !connected ? 'lost' : staleSince ? 'stale' : 'open';
  };
  const probe = async (): Promise<void> => {
    const answer = await fetch('/api/summary', { credentials: 'omit' }).catch(() => null);
    if (answer?.ok) app.api.staleSince = answer.headers.get('Patok-As-Of') ?? '';
    heard();
  };
  const heard = (failed = false): void => {
    draw();
    window.clearTimeout(timer);
    if (app.api.staleSince) timer = window.setTimeout(() => void probe(), again);
    else if (failed) void probe();
  };
  app.api.heard = heard;
  return {
    connected(is) {
      connected = is;
      heard();
    },
  };
}

/** 11.16 WIB, with the date when it was another day. */
function clock(iso: string): string {
  const time = formatTime(iso);
  const date = formatDate(iso);
  return date === formatDate(new Date().toISOString()) ? time.replace(date, '').trim() : time;
}
