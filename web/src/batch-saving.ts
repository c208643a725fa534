import { Problem, Unreachable } from './api';
import type { Edit, Edits } from './batch-kept';
import { cellOf, type Figure, type Figures, same, type Value } from './batch-figures';

/** How far saving is. `refused`: the server does not take it, whatever is tried. */
export type Saving = 'saved' | 'unsaved' | 'saving' | 'offline' | 'conflict' | 'refused';

/** What somebody else made of a figure that was changed here too. */
export interface Clash {
  mine: Figure | null;
  theirs: Figure | null;
}

/** What saving needs: the server, the device, and who is told. */
export interface Ways {
  /** Sends these figures, on top of the version that is known, and gives the new one. */
  send: (version: number, values: Value[], remove: { place: string; indicator: string }[]) => Promise<number>;
  /** How the figures are on the server now. */
  read: () => Promise<{ version: number; figures: Figures }>;
  /** Keeps on the device what is not saved. */
  keep: (edits: Edits) => void;
  said: (state: Saving, why: unknown) => void;
  /** Figures are others now than were shown: somebody else saved. */
  renewed: (figures: Figures) => void;
  /** Figures that the server refuses, with its words. */
  wrong: (key: string, message: string) => void;
}

const pause = 2000;
const again = 10_000;

/**
 * Saves figures while they are put in: two seconds after a change, on leaving, and again when
 * the network is back. One write at a time, each on the version that the one before gave.
 */
export class BatchSaving {
  readonly edits: Edits = new Map();
  readonly clashes = new Map<string, Clash>();
  state: Saving = 'saved';
  private version: number;
  private readonly ways: Ways;
  /** Refused until they are changed. */
  private readonly refused = new Set<string>();
  private timer = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private sending = false;
  private over = false;

  constructor(version: number, ways: Ways) {
    this.version = version;
    this.ways = ways;
  }

  /** Takes an edit; one that comes back to what the server has is none. */
  edit(key: string, mine: Figure | null, base: Figure | null): void {
    const first = this.edits.get(key);
    const from = first ? first.base : base;
    this.refused.delete(key);
    this.clashes.delete(key);
    if (same(mine ?? undefined, from ?? undefined) && !this.sending) this.edits.delete(key);
    else this.edits.set(key, { mine, base: from });
    this.ways.keep(this.edits);
    this.say(this.edits.size ? 'unsaved' : 'saved');
    this.later(pause);
  }

  /** Sends at once what waits. Resolves when that is done, whatever became of it. */
  flush(): Promise<void> {
    return this.alone(() => this.save());
  }

  /** Does another write of the same batch in its turn: it gets the version as it is then and gives the one after. */
  write(act: (version: number) => Promise<number>): Promise<void> {
    return this.alone(async () => {
      this.version = await act(this.version);
    });
  }

  /** Takes an edit from the device that somebody else was quicker with. */
  clash(key: string, clash: Clash): void {
    this.edits.set(key, { mine: clash.mine, base: clash.theirs });
    this.clashes.set(key, clash);
    this.ways.keep(this.edits);
    this.say('conflict');
  }

  /** Settles a clash: mine is sent, theirs stays. */
  settle(key: string, whose: 'mine' | 'theirs'): void {
    const clash = this.clashes.get(key);
    if (!clash) return;
    this.clashes.delete(key);
    if (whose === 'mine') this.edits.set(key, { mine: clash.mine, base: clash.theirs });
    else this.edits.delete(key);
    this.ways.keep(this.edits);
    this.say(this.edits.size ? 'unsaved' : 'saved');
    this.later(0);
  }

  /** The page is left: sends what waits, and stops trying. */
  leave(): void {
    void this.flush();
    this.over = true;
    window.clearTimeout(this.timer);
  }

  private alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(act, act);
    this.turn = turn.catch(() => {});
    return turn;
  }

  private later(ms: number): void {
    window.clearTimeout(this.timer);
    if (!this.over) this.timer = window.setTimeout(() => void this.flush(), ms);
  }

  private waiting(): [string, Edit][] {
    return [...this.edits].filter(([key]) => !this.clashes.has(key) && !this.refused.has(key));
  }

  private async save(): Promise<void> {
    const sent = this.waiting();
    if (!sent.length) return this.rest();
    this.say('saving');
    const values = sent.flatMap(([key, { mine }]) => (mine ? [{ ...cellOf(key), ...mine }] : []));
    const remove = sent.flatMap(([key, { mine }]) => (mine ? [] : [cellOf(key)]));
    this.sending = true;
    try {
      this.version = await this.ways.send(this.version, values, remove);
    } catch (error) {
      return this.failed(error, values);
    } finally {
      this.sending = false;
    }
    for (const [key, edit] of sent) this.taken(key, edit);
    this.ways.keep(this.edits);
    if (this.waiting().length) this.later(pause);
    this.rest();
  }

  /** The server has this edit; one that was made meanwhile goes on from there. */
  private taken(key: string, edit: Edit): void {
    const now = this.edits.get(key);
    if (!now || now === edit || same(now.mine ?? undefined, edit.mine ?? undefined)) this.edits.delete(key);
    else this.edits.set(key, { mine: now.mine, base: edit.mine });
  }

  private rest(): void {
    this.say(this.clashes.size ? 'conflict' : this.refused.size ? 'refused' : this.edits.size ? 'unsaved' : 'saved');
  }

  private async failed(error: unknown, values: Value[]): Promise<void> {
    if (error instanceof Unreachable || (error instanceof Problem && error.status === 429)) {
      this.say('offline', error);
      return this.later(again);
    }
    if (error instanceof Problem && error.status === 412) return this.merge();
    if (error instanceof Problem && error.errors.length && this.blame(error, values)) {
      this.rest();
      return this.waiting().length ? this.later(0) : undefined;
    }
    this.say('refused', error);
  }

  /** Holds back the figures that the server blames, so that the others are saved; false when it blames none. */
  private blame(error: Problem, values: Value[]): boolean {
    let blamed = false;
    for (const { pointer, message } of error.errors) {
      const value = values[Number(/^\/values\/(\d+)/.exec(pointer)?.[1] ?? NaN)];
      if (!value) continue;
      const key = `${value.place}/${value.indicator}`;
      this.refused.add(key);
      this.ways.wrong(key, message);
      blamed = true;
    }
    return blamed;
  }

  /** Somebody else saved meanwhile: what only one of us changed goes together, the rest is shown with both. */
  private async merge(): Promise<void> {
    try {
      const { version, figures } = await this.ways.read();
      this.version = version;
      for (const [key, { mine, base }] of [...this.edits]) {
        const theirs = figures.get(key) ?? null;
        if (same(mine ?? undefined, theirs ?? undefined)) this.edits.delete(key);
        else if (!same(base ?? undefined, theirs ?? undefined)) this.clashes.set(key, { mine, theirs });
      }
      this.ways.keep(this.edits);
      this.ways.renewed(figures);
      this.rest();
      if (this.waiting().length) this.later(0);
    } catch (error) {
      this.say(error instanceof Unreachable ? 'offline' : 'refused', error);
      if (error instanceof Unreachable) this.later(again);
    }
  }

  private say(state: Saving, why: unknown = null): void {
    this.state = state;
    this.ways.said(state, why);
  }
}
