import { type Answer, type Item, Problem } from './api';
import type { App } from './app';
import { t } from './i18n';
import { waitingOf } from './proposal';
import { sendUntilAnswered, waitForNetwork } from './save';

/**
 * Sends a change that has no form of its own until the server answers, saying so while it
 * takes; the person may give it up. Says what was refused and returns null then, and shows
 * the asset afresh when somebody else was faster.
 */
export async function patiently<T>(app: App, item: Item, send: () => Promise<Answer<T>>): Promise<Answer<T> | null> {
  const given = new AbortController();
  const { wait } = waitForNetwork(given.signal);
  let away = (): void => {};
  try {
    return await sendUntilAnswered(
      send,
      (state) => {
        away();
        if (state.kind === 'waiting') away = app.toast(t(app.api.staleSince ? 'save_waiting_stale' : 'save_waiting', { s: state.seconds }), { action: t('cancel'), onAction: () => given.abort(), seconds: state.seconds + 5 });
      },
      wait,
    );
  } catch (error) {
    if (given.signal.aborted) return null;
    const stale = error instanceof Problem && error.status === 412;
    const waiting = waitingOf(error);
    if (stale) app.open(item, { replace: true });
    app.toast(stale ? t('changed_meanwhile') : error instanceof Problem ? error.message : t('failed'), {
      seconds: 8,
      ...(waiting && { action: t('open_waiting'), onAction: () => app.view('perubahan', waiting) }),
    });
    return null;
  }
}
