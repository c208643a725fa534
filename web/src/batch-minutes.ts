import type { App } from './app';
import { ask } from './ask';
import type { Batch, Minutes } from './batch';
import type { BatchEntry } from './batch-entry';
import { smallerPhoto } from './batch-photo';
import { h } from './dom';
import { type Fields, makeFields } from './fields';
import { control, type Control, whyControl } from './form';
import { formatDate, formatNumber, formatTime, t } from './i18n';
import { bringToTop } from './sight';
import { attempt } from './view';

const controls: Control[] = [
  control('number', 'Nomor berita acara', 'Number of the minutes', { required: true, maxLength: 100 }),
  control('held_on', 'Tanggal musyawarah', 'Day of the meeting', { kind: 'date', required: true }),
  control('attendance', 'Jumlah hadirin', 'People who attended', { kind: 'number', required: true, integer: true, min: 1, max: 100_000, unit: '' }),
  control('note', 'Catatan', 'Note', { kind: 'area', maxLength: 1000 }),
];

/** The berita acara of a batch: its number, day and attendance, and a photo of it. No list of names belongs in it. */
export class MinutesBlock {
  readonly node = h('section.block.minutes', { id: 'minutes' });
  private readonly app: App;
  private readonly entry: BatchEntry;
  private readonly renewed: (batch: Batch) => void;
  private fields: Fields | null = null;
  private dirty = false;
  private timer = 0;

  /** `renewed` gets the batch as it is after something was written. */
  constructor(app: App, entry: BatchEntry, renewed: (batch: Batch) => void) {
    this.app = app;
    this.entry = entry;
    this.renewed = renewed;
    this.draw();
  }

  private get batch(): Batch {
    return this.entry.batch;
  }

  /** Whether something was written that is not saved. */
  get unsaved(): boolean {
    return this.dirty;
  }

  /** Saves what was written as soon as nothing of it is missing; says nothing where something is. */
  private async keepQuietly(): Promise<void> {
    const { number, held_on, attendance } = this.fields?.peek() ?? {};
    if (this.dirty && number && held_on && attendance) await this.keep().catch(() => {}); // its button says why
  }

  /** The page is left. */
  leave(): void {
    window.clearTimeout(this.timer);
    void this.keepQuietly();
  }

  /** Saves what was written and not saved; false when something of it is missing. */
  async keep(): Promise<boolean> {
    if (!this.fields || !this.dirty) return true;
    const said = this.fields.read();
    if (!said) {
      bringToTop(this.app.panel.body, this.node);
      this.node.querySelector<HTMLElement>('[aria-invalid]')?.focus({ preventScroll: true });
      return false;
    }
    this.dirty = false;
    try {
      await this.write((version) => this.app.api.write<Batch>('PUT', this.path(), { version, ...said, note: said.note ?? '' }));
    } catch (error) {
      this.dirty = true;
      throw error;
    }
    return true;
  }

  /** Goes to the first question, where the minutes are missing. */
  focus(): void {
    bringToTop(this.app.panel.body, this.node);
    this.fields?.focus('number');
  }

  private changed(): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keepQuietly(), 2000);
  }

  private path(part = ''): string {
    return `/api/batches/${this.batch.id}/minutes${part}`;
  }

  private async write(act: (version: number) => Promise<Batch>): Promise<void> {
    await this.entry.saving.write(async (version) => {
      const batch = await act(version);
      this.entry.batch = batch;
      return batch.version;
    });
    this.renewed(this.batch);
  }

  private draw(): void {
    const { minutes, can, kind } = this.batch;
    const title = t(kind.startsWith('desa') ? 'minutes_musdes' : 'minutes_muskel');
    const body = can.minutes ? this.form(minutes) : minutes ? [this.facts(minutes)] : [h('p.quiet', null, t('minutes_none'))];
    this.node.replaceChildren(h('h3', null, title), ...body, this.scan(minutes));
  }

  private form(minutes: Minutes | null): Node[] {
    const fields = (this.fields = makeFields(controls, { ...minutes }, () => this.changed(), {}, 'minutes-'));
    const go: HTMLButtonElement = h('button.button', { type: 'submit', id: 'minutes-save' }, t('minutes_save'));
    const save = (event: Event): void => {
      event.preventDefault();
      this.dirty = true;
      void attempt(this.app, async () => (await this.keep()) && this.app.toast(t('saved'), { good: true }), go);
    };
    return [h('form.form', { novalidate: true, onsubmit: save }, fields.node, h('div.row', null, go))];
  }

  private facts({ number, held_on, attendance, note }: Minutes): HTMLElement {
    const fact = (key: 'minutes_number' | 'minutes_held' | 'minutes_attendance' | 'minutes_note', value: string): Node[] => (value ? [h('dt', null, t(key)), h('dd', null, value)] : []);
    return h('dl.facts', null, ...fact('minutes_number', number), ...fact('minutes_held', formatDate(`${held_on}T05:00:00Z`)), ...fact('minutes_attendance', formatNumber(attendance)), ...fact('minutes_note', note));
  }

  /** The photo: to be added, looked at, and removed for good. */
  private scan(minutes: Minutes | null): HTMLElement {
    const { can } = this.batch;
    const scan = minutes?.scan;
    if (scan?.purged_at) return h('p.small.quiet', null, t('scan_purged', { time: formatTime(scan.purged_at), hash: scan.hash.slice(0, 12) }));
    const input: HTMLInputElement = h('input.sr', { type: 'file', id: 'scan-file', tabindex: '-1', 'aria-hidden': 'true', accept: 'image/*,application/pdf', onchange: () => void attempt(this.app, () => this.add(input)) });
    return h(
      'div.stack.scan',
      null,
      scan && h('p', null, h('a', { href: this.path('/scan'), target: '_blank', rel: 'noopener', id: 'scan-open' }, t('scan_open')), h('span.small.quiet', null, ` ${t('scan_size', { kb: formatNumber(Math.ceil(scan.bytes / 1024)), time: formatTime(scan.added_at) })}`)),
      can.minutes && h('p.small.quiet', null, t('scan_help')),
      h(
        'div.row',
        null,
        can.minutes && input,
        can.minutes && h('button.button', { type: 'button', id: 'scan-add', onclick: () => input.click() }, t(scan ? 'scan_replace' : 'scan_add')),
        can.purge && scan && h('button.button.danger', { type: 'button', id: 'scan-purge', onclick: () => this.purge() }, t('scan_purge')),
      ),
    );
  }

  private async add(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    input.value = '';
    if (!file || !(await this.keep())) return;
    if (!this.batch.minutes) return void (this.app.toast(t('scan_first')), this.focus());
    const photo = await smallerPhoto(file).catch(() => null);
    if (!photo) return void this.app.toast(t('scan_unreadable'));
    await this.write(async () => (await this.app.api.send<Batch>(this.path('/scan'), { method: 'PUT', type: photo.type, body: photo })).data);
    this.app.toast(t('scan_added'), { good: true });
    this.draw();
  }

  private purge(): void {
    ask(this.app, {
      id: 'purge-dialog',
      title: t('scan_purge'),
      told: [t('scan_purge_told')],
      controls: [whyControl],
      go: t('scan_purge'),
      danger: true,
      send: async ({ why }) => {
        await this.write(() => this.app.api.write<Batch>('DELETE', this.path('/scan'), undefined, String(why)));
        this.draw();
      },
    });
  }
}
