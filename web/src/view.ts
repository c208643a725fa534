import './view.css';
import { Problem } from './api';
import type { App, Refresh, Size } from './app';
import { h, icon } from './dom';
import { t } from './i18n';

/** A view of the panel: a title with a way to close it, a line below it, and a body that is asked for. */
export class View {
  private readonly app: App;
  readonly heading: HTMLElement;
  /** What stands below the title: how many, for whom. */
  readonly said = h('p.small.quiet', { role: 'status' });
  readonly body: HTMLElement;
  readonly node: HTMLElement;
  private turn = 0;

  constructor(app: App, id: string, title: string, ...tools: Node[]) {
    this.app = app;
    this.body = h('div.view-body', null, h('div.wait'), h('div.wait'), h('div.wait'));
    this.heading = h('h2', null, title);
    const close = h('button.button.plain.square', { type: 'button', 'aria-label': t('close'), onclick: () => app.home() }, icon('close'));
    this.node = h('section.view', { id, 'aria-label': title }, h('header.details-head', null, h('div.two', null, this.heading, this.said), ...tools, close), this.body);
  }

  /** Puts the view into the panel. Size `full` is wide on a desktop. */
  show({ size = 'half', leave, refresh }: { size?: Size; leave?: () => void; refresh?: Refresh } = {}): void {
    this.app.panel.show('view', this.node, {
      size,
      focus: true,
      leave: () => {
        this.turn++;
        leave?.();
      },
      ...(refresh && { refresh }),
    });
  }

  /**
   * Fills the body with what `make` builds, once it is there: what is shown stays until then,
   * the focus stays on the element of the same id or data-key, and only the last call counts.
   * A failure is said, with a button that tries again.
   */
  async fill(make: () => Promise<(Node | string)[]>): Promise<void> {
    const mine = ++this.turn;
    try {
      const made = await make();
      if (mine !== this.turn) return;
      const held = keyOf(document.activeElement);
      this.body.replaceChildren(...made);
      if (held) this.body.querySelector<HTMLElement>(held)?.focus();
    } catch (error) {
      if (mine === this.turn) this.fail(error, () => void this.fill(make));
    }
  }

  /** Says why there is nothing. Whose session has ended is asked to log in, and comes back here. */
  fail(error: unknown, again: () => void): void {
    if (loggedOut(this.app, error)) return;
    const final = error instanceof Problem && (error.status === 403 || error.status === 404);
    this.said.textContent = '';
    this.body.replaceChildren(
      h('div.error', { role: 'alert' }, ...problemWords(error).map((text) => h('p', null, text)), final ? '' : h('button.button', { type: 'button', onclick: again }, t('again'))),
    );
  }
}

function keyOf(element: Element | null): string {
  const key = element?.closest('[data-key]')?.getAttribute('data-key');
  return element?.id ? `#${CSS.escape(element.id)}` : key ? `[data-key="${CSS.escape(key)}"]` : '';
}

/** Whether the session has ended, and not only a password was wrong; says so then, and asks to log in again. */
export function loggedOut(app: App, error: unknown): boolean {
  const ended = error instanceof Problem && error.slug === 'unauthorized' && app.session.account !== null;
  if (ended) {
    app.entered({ ...app.session, account: null, viewing: null });
    void app.work((w) => w.logIn(app, { said: t('session_over') }));
  }
  return ended;
}

/** A refusal in the server's words, field by field where it says so; anything else is a bad connection. */
export function problemWords(error: unknown): string[] {
  if (!(error instanceof Problem)) return [t('failed')];
  return error.errors.length ? error.errors.map((e) => e.message) : [error.message];
}

/** What stands where there is nothing to list. */
export function empty(text: string): HTMLElement {
  return h('p.empty', null, text);
}

/** Does something that may be refused, and says so; a button is held meanwhile, so that it is done once. */
export async function attempt(app: App, act: () => Promise<unknown>, button?: HTMLButtonElement): Promise<void> {
  if (button) button.disabled = true;
  try {
    await act();
  } catch (error) {
    if (!loggedOut(app, error)) app.toast(problemWords(error).join(' '), { seconds: 10 });
  } finally {
    if (button) button.disabled = false;
  }
}
