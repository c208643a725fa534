import './live.css';
import { type Change, isArea } from './api';
import type { App } from './app';
import { addWords } from './i18n';
import { watchFreshness } from './stale';
import * as words from './words-live';

addWords(words);

interface RevisionEvent {
  revision: number;
  committed_at: string;
  changes?: Change[];
  many?: boolean;
}

interface Listener {
  /** Changes arrived; the events of about a tenth of a second come together. */
  changed(events: RevisionEvent[]): void;
  /** What was missed is not known: ask for everything again. */
  reload(): void;
  /** The connection is there, or was lost for more than a moment. */
  connected(is: boolean): void;
}

/** Keeps the page fresh for as long as it lives. */
export function follow(app: App): void {
  const { connected } = watchFreshness(app);
  listen({
    connected,
    reload: () => app.news(null, true, true),
    changed(events) {
      const changes = events.flatMap((e) => e.changes ?? []);
      const many = events.some((e) => e.many || !e.changes);
      document.documentElement.dataset.revision = String(events.at(-1)?.revision ?? '');
      app.news(many ? null : changes, many || changes.some((c) => !isArea(c.collection)), many || changes.some((c) => isArea(c.collection)));
    },
  });
}

/**
 * Follows /api/events for as long as the page lives. EventSource comes back by itself
 * after a cut, but gives up after an error answer: then we open a new one, from where
 * the old one ended.
 */
function listen(listener: Listener): void {
  let last = '';
  let epoch = '';
  let pause = 1000;
  let lostTimer = 0;
  let waiting: RevisionEvent[] = [];
  let flushTimer = 0;

  const flush = (): void => {
    flushTimer = 0;
    const events = waiting;
    waiting = [];
    listener.changed(events);
  };
  const open = (): void => {
    const source = new EventSource('/api/events' + (last ? `?last_event_id=${last}` : ''));
    source.addEventListener('hello', (event) => {
      const hello = JSON.parse(event.data) as { revision: number; epoch: string };
      window.clearTimeout(lostTimer);
      lostTimer = 0;
      pause = 1000;
      if (epoch && epoch !== hello.epoch) listener.reload();
      epoch = hello.epoch;
      if (!last) last = String(hello.revision);
      listener.connected(true);
    });
    source.addEventListener('revision', (event) => {
      if (event.lastEventId) last = event.lastEventId;
      waiting.push(JSON.parse(event.data) as RevisionEvent);
      if (!flushTimer) flushTimer = window.setTimeout(flush, 60);
    });
    source.addEventListener('reload', (event) => {
      if (event.lastEventId) last = event.lastEventId;
      listener.reload();
    });
    source.addEventListener('error', () => {
      if (!lostTimer) lostTimer = window.setTimeout(() => listener.connected(false), 2500);
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      window.setTimeout(open, pause);
      pause = Math.min(30_000, pause * 2);
    });
  };
  open();
}
