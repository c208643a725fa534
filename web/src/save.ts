import { type Answer, Problem, Unreachable } from './api';

export type SaveState = { kind: 'sending' } | { kind: 'waiting'; seconds: number };

const longest = 30;

/**
 * Sends until the server answers: no network and a server that is away mean another try,
 * after 1, 2, 4 … 30 seconds or as soon as the network is back or `now` is called. Every
 * try sends the same body, so that the client-made UUID makes it one asset. An answer,
 * also a refusal, ends it; a refusal is thrown.
 */
export async function sendUntilAnswered<T>(
  send: () => Promise<Answer<T>>,
  say: (state: SaveState) => void,
  wait: (seconds: number) => Promise<void>,
): Promise<Answer<T>> {
  for (let tries = 0; ; tries++) {
    say({ kind: 'sending' });
    try {
      return await send();
    } catch (error) {
      const busy = error instanceof Problem && error.status === 429;
      if (!(error instanceof Unreachable) && !busy) throw error;
      const seconds = Math.min(longest, 2 ** tries);
      say({ kind: 'waiting', seconds });
      await wait(seconds);
    }
  }
}

/** Waits so long, or until the network is back; `signal` ends it with its reason. */
export function waitForNetwork(signal: AbortSignal): { wait: (seconds: number) => Promise<void>; now: () => void } {
  let wake = (): void => {};
  return {
    now: () => wake(),
    wait: (seconds) =>
      new Promise((resolve, reject) => {
        const over = (): void => {
          window.clearTimeout(timer);
          window.removeEventListener('online', done);
          signal.removeEventListener('abort', stop);
        };
        const done = (): void => (over(), resolve());
        const stop = (): void => (over(), reject(signal.reason));
        const timer = window.setTimeout(done, seconds * 1000);
        window.addEventListener('online', done);
        signal.addEventListener('abort', stop);
        wake = done;
        if (signal.aborted) stop();
      }),
  };
}
