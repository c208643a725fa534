import type { App } from './app';
import type { Batch } from './batch';
import { type Edits, keepEdits, keptEdits } from './batch-kept';
import { type Figure, type Figures, figuresOf, keyOf, same, type Value } from './batch-figures';
import { BatchSaving, type Saving } from './batch-saving';
import { type Difference, differencesIn } from './batch-sums';
import { debounced } from './dom';
import type { Indicator, Registry } from './registry';

/** A batch's figures as the server gives them. */
export interface Values {
  batch: number;
  version: number;
  places: string[];
  values: Value[];
  previous: { period: string; edition: number; values: Value[] } | null;
  /** What is offered to be filled in. */
  indicators: string[];
  differences: Difference[];
}

interface Change {
  key: string;
  figure: Figure | null;
}

/** What those who show figures want to hear of. */
export interface Watcher {
  /** These figures are others now, or what is said about them is; null for any. */
  figures(keys: readonly string[] | null): void;
  saving?(state: Saving, why: unknown): void;
}

/** The figures of a batch while they are put in: what is shown, what is saved of it, and the way back. */
export class BatchEntry {
  batch: Batch;
  readonly indicators: Indicator[];
  readonly byCode: ReadonlyMap<string, Indicator>;
  readonly previous: Figures;
  readonly previousPeriod: string;
  readonly saving: BatchSaving;
  readonly wrong = new Map<string, string>();
  places: string[];
  /** Where the server sees a difference that this page cannot: against points. */
  private points: Difference[];
  private figures: Map<string, Figure>;
  private readonly app: App;
  private readonly watchers = new Set<Watcher>();
  private readonly undoable: Change[][] = [];
  private typing = '';

  constructor(app: App, registry: Registry, batch: Batch, values: Values, name: string) {
    this.app = app;
    this.batch = batch;
    this.places = sortedPlaces(values.places.length ? values.places : [batch.area_code]);
    this.indicators = registry.indicators.filter((indicator) => values.indicators.includes(indicator.code));
    this.byCode = new Map(registry.indicators.map((indicator) => [indicator.code, indicator]));
    this.figures = figuresOf(values.values);
    this.previous = figuresOf(values.previous?.values ?? []);
    this.previousPeriod = values.previous?.period ?? '';
    this.points = values.differences.filter((difference) => difference.of === 'points');
    const account = app.session.account?.id ?? 0;
    this.saving = new BatchSaving(values.version, {
      send: (version, told, remove) => this.send(version, told, remove),
      read: () => this.read(),
      keep: (edits) => keepEdits(account, { batch: batch.id, name, edits: [...edits] }),
      said: (state, why) => this.watchers.forEach((watcher) => watcher.saving?.(state, why)),
      renewed: (figures) => this.renew(figures),
      wrong: (key, message) => (this.wrong.set(key, message), this.tell([key])),
    });
    if (batch.can.enter) this.takeKept(keptEdits(account, batch.id)[0]?.edits ?? []);
  }

  /** Tells this watcher of changes until what is returned is called. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  figure(place: string, indicator: string): Figure | undefined {
    return this.figures.get(keyOf(place, indicator));
  }

  get all(): Figures {
    return this.figures;
  }

  /** Whether a figure is another one than in the period before. */
  changed(key: string): boolean {
    const [now, before] = [this.figures.get(key), this.previous.get(key)];
    return this.previous.size > 0 && (now?.number ?? undefined) !== (before?.number ?? undefined);
  }

  /** Where sums do not agree, as it stands now. */
  differences(): Difference[] {
    const points = this.points.map((difference) => {
      const note = this.figures.get(keyOf(difference.place, difference.indicator))?.note ?? '';
      const told = this.figures.get(keyOf(difference.place, difference.indicator))?.number ?? NaN;
      return { ...difference, told, note, explained: note.trim() !== '' };
    });
    return [...differencesIn(this.figures, this.places, this.indicators), ...points.filter((d) => !Number.isNaN(d.told) && d.told !== d.sum)];
  }

  /** Puts in figures; null is nothing told. What is typed into one cell in a row is undone in one. */
  set(changes: Change[], typing = false): void {
    const before = changes.filter(({ key, figure }) => !same(this.figures.get(key), figure ?? undefined)).map(({ key }) => ({ key, figure: this.figures.get(key) ?? null }));
    if (!before.length) return;
    const one = typing && changes.length === 1 ? changes[0]!.key : '';
    if (!one || one !== this.typing) this.undoable.push(before);
    this.typing = one;
    this.put(changes);
  }

  /** The cell that was typed into is left: what is typed next is another step. */
  typed(): void {
    this.typing = '';
  }

  get canUndo(): boolean {
    return this.undoable.length > 0;
  }

  /** Takes back the last edit and gives the keys that it was about. */
  undo(): string[] {
    const last = this.undoable.pop() ?? [];
    this.typing = '';
    this.put(last);
    return last.map(({ key }) => key);
  }

  /** A place that has no figure yet and is to have one. */
  addPlace(place: string): void {
    if (!this.places.includes(place)) this.places = sortedPlaces([...this.places, place]);
  }

  /** Chooses between what was put in here and what somebody else saved. */
  settle(key: string, whose: 'mine' | 'theirs'): void {
    const clash = this.saving.clashes.get(key);
    if (clash) this.show(key, clash[whose]);
    this.saving.settle(key, whose);
    this.tell([key]);
  }

  private put(changes: Change[]): void {
    for (const { key, figure } of changes) {
      const base = this.figures.get(key) ?? null;
      this.wrong.delete(key);
      this.show(key, figure);
      this.saving.edit(key, figure, base);
    }
    this.tell(changes.map(({ key }) => key));
  }

  private show(key: string, figure: Figure | null): void {
    if (figure) this.figures.set(key, figure);
    else this.figures.delete(key);
  }

  private tell(keys: readonly string[] | null): void {
    for (const watcher of this.watchers) watcher.figures(keys);
  }

  /** What this device kept goes on top of what the server has, and is sent. */
  private takeKept(edits: [string, { mine: Figure | null; base: Figure | null }][]): void {
    for (const [key, { mine, base }] of edits) {
      const now = this.figures.get(key) ?? null;
      const clashing = !same(now ?? undefined, base ?? undefined) && !same(now ?? undefined, mine ?? undefined);
      if (clashing) this.saving.clash(key, { mine, theirs: now });
      else {
        this.show(key, mine);
        this.saving.edit(key, mine, now);
      }
      const [place] = key.split('/');
      if (place) this.addPlace(place);
    }
  }

  private async send(version: number, values: Value[], remove: { place: string; indicator: string }[]): Promise<number> {
    const answer = await this.app.api.write<{ batch: Batch; differences: Difference[] }>('PUT', `/api/batches/${this.batch.id}/values`, { version, values, remove });
    this.batch = answer.batch;
    this.points = answer.differences.filter((difference) => difference.of === 'points');
    this.tellSoon();
    return answer.batch.version;
  }

  private readonly tellSoon = debounced(0, () => this.tell([]));

  private async read(): Promise<{ version: number; figures: Figures }> {
    const values = await this.app.api.get<Values>(`/api/batches/${this.batch.id}/values`);
    for (const place of values.places) this.addPlace(place);
    return { version: values.version, figures: figuresOf(values.values) };
  }

  /** Shows what the server has, but for what is not saved here. */
  private renew(figures: Figures): void {
    const next = new Map(figures);
    const edits: Edits = this.saving.edits;
    for (const [key, { mine }] of edits) {
      if (mine) next.set(key, mine);
      else next.delete(key);
    }
    this.figures = next;
    this.tell(null);
  }
}

/** An area first, then its RW, each before its RT: as their codes sort. */
function sortedPlaces(places: string[]): string[] {
  return [...new Set(places)].sort();
}
