import type { App } from './app';
import { ask } from './ask';
import { type Batch, batchName, currentOf, stepWords } from './batch';
import type { BatchEntry } from './batch-entry';
import { Problem } from './api';
import { control, whyControl } from './form';
import { formatNumber, t, tText, tValue } from './i18n';
import type { Registry } from './registry';

/** What acts need of the page of a batch. */
export interface Acting {
  app: App;
  registry: Registry;
  entry: BatchEntry;
  /** Shows the batch as it is now; `said` when it moved on since it was read. */
  renew(batch: Batch, said?: string): void;
}

const noteControl = control('note', 'Catatan', 'Note', { kind: 'area', maxLength: 1000 });

/** Does something with the version that is known; when the batch moved on meanwhile, shows how it stands instead. */
export async function act(acting: Acting, name: 'send' | 'approve' | 'return' | 'withdraw', body: Record<string, unknown>): Promise<void> {
  const { app, entry } = acting;
  try {
    await entry.saving.write(async (version) => {
      entry.batch = await app.api.write<Batch>('POST', `/api/batches/${entry.batch.id}/${name}`, { version, ...body });
      return entry.batch.version;
    });
  } catch (error) {
    const current = currentOf(error);
    if (!current) throw error;
    return acting.renew(current, t('batch_moved'));
  }
  const { batch } = entry;
  const on = batch.state === 'sent' || batch.state === 'checking' ? stepWords(batch.steps[batch.step], batch.kind) : '';
  app.toast(on ? t('batch_now_waits', { state: tValue('batch_now', name), step: on }) : tValue('batch_now', batch.state), { good: true });
  app.waiting();
  acting.renew(batch);
}

/** Asks before sending to the first step; `blamed` gets what the server finds missing. */
export function askSend(acting: Acting, blamed: (problem: Problem) => void): void {
  const { app, entry, registry } = acting;
  const { batch } = entry;
  ask(app, {
    id: 'send-dialog',
    title: t('send_ask', { name: batchName(registry, batch) }),
    told: [t('send_told', { n: formatNumber(entry.all.size), step: stepWords(batch.steps[0], batch.kind) })],
    controls: [noteControl],
    go: t('batch_send'),
    send: async ({ note }) => {
      try {
        await act(acting, 'send', { ...(note ? { note } : {}) });
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error;
        window.setTimeout(() => blamed(error)); // once the dialog has closed
      }
    },
  });
}

export function askApprove(acting: Acting): void {
  const { app, entry, registry } = acting;
  const { batch } = entry;
  const last = batch.step + 1 >= batch.steps.length;
  ask(app, {
    id: 'approve-dialog',
    title: t(last ? 'close_ask' : 'pass_ask', { name: batchName(registry, batch) }),
    told: [last ? t('close_told') : t('pass_told', { step: stepWords(batch.steps[batch.step + 1], batch.kind) })],
    controls: [control('number', 'Nomor surat', 'Number of the letter', { maxLength: 100 }), control('dated', 'Tanggal surat', 'Date of the letter', { kind: 'date' }), noteControl],
    go: t(last ? 'batch_close' : 'batch_pass'),
    send: ({ number, dated, note }) => act(acting, 'approve', { ...(number ? { number } : {}), ...(dated ? { dated } : {}), ...(note ? { note } : {}) }),
  });
}

export function askWithdraw(acting: Acting): void {
  ask(acting.app, { id: 'withdraw-dialog', title: t('batch_withdraw_ask'), told: [t('batch_withdraw_told')], controls: [noteControl], go: t('batch_withdraw'), danger: true, send: ({ note }) => act(acting, 'withdraw', note ? { note } : {}) });
}

/** Opens the next edition of a closed batch, with its figures in it. */
export function askCorrect({ app, entry: { batch } }: Acting): void {
  ask(app, {
    id: 'correct-dialog',
    title: t('correct_ask'),
    told: [t('correct_told')],
    controls: [whyControl],
    go: t('batch_correct'),
    send: async ({ why }) => {
      const next = await app.api.write<Batch>('POST', '/api/batches', { area_code: batch.area_code, period: batch.period, source: batch.source, reason: why });
      app.waiting();
      app.view('angka', String(next.id));
    },
  });
}

/** Puts a dated mark on a batch, or changes one. */
export function askMark(acting: Acting, mark = ''): void {
  const { app, entry } = acting;
  const { batch } = entry;
  const known = app.session.settings?.figures?.marks ?? [];
  const old = batch.marks.find((m) => m.mark === mark);
  ask(app, {
    id: 'mark-dialog',
    title: t('mark_add'),
    told: [t('mark_told')],
    controls: [
      control('mark', 'Tanda', 'Mark', { kind: 'select', required: true, options: known.map(({ code, label }) => ({ value: code, label })) }),
      control('dated', 'Tanggal', 'Date', { kind: 'date', required: true }),
      control('number', 'Nomor surat', 'Number of the letter', { maxLength: 100 }),
      noteControl,
    ],
    values: old ? { ...old } : { mark },
    go: t('save'),
    send: async ({ mark: code, dated, number, note }) => {
      const after = await app.api.write<Batch>('PUT', `/api/batches/${batch.id}/marks/${encodeURIComponent(String(code))}`, { dated, number: number ?? '', note: note ?? '' });
      acting.renew(after);
    },
  });
}

/** The name of a mark in the page's language. */
export function markName(label: string | { id: string; en: string }): string {
  return typeof label === 'string' ? label : tText(label);
}
