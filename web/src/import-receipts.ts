import type { App } from './app';
import { ask } from './ask';
import { h } from './dom';
import { control } from './form';
import { formatNumber, formatTime, t } from './i18n';
import { countWords } from './import';
import { type Report, reportView } from './import-plan';
import { shareButtons } from './share';
import { empty } from './view';

/** What was taken in, by whom and when. */
interface Receipt {
  id: number;
  what: 'figures' | 'assets' | 'areas';
  file: string;
  sha256: string;
  by: string | { title: string; name: string } | null;
  at: string;
  report: Report;
  undone_at: string | null;
  can_undo: boolean;
}

/** What stands after an import: what came in, words to send on, and the way back. */
export function receipt(app: App, report: Report): (Node | string)[] {
  const words = receiptWords(report.file, report, new Date().toISOString());
  return [
    h('h3', null, t('intake_done')),
    h('p.notice.good', { role: 'status', id: 'import-done' }, words),
    shareButtons(app, words),
    ...(report.batches?.length === 1 && report.batches[0]!.id ? [h('button.button.primary', { type: 'button', id: 'import-batch', onclick: () => app.view('angka', String(report.batches![0]!.id)) }, t('intake_open_batch'))] : []),
    ...((report.batches?.length ?? 0) > 1 ? [h('button.button.primary', { type: 'button', id: 'import-batches', onclick: () => app.view('angka') }, t('intake_open_batches', { n: report.batches!.length }))] : []),
    ...(report.receipt ? [undoButton(app, report.receipt, () => app.view('impor'))] : []),
    ...reportView(report),
  ];
}

/** One line that can be sent on by WhatsApp. */
export function receiptWords(file: string, report: Pick<Report, 'new' | 'changed' | 'unchanged' | 'refused' | 'doubtful'>, at: string): string {
  return t('intake_receipt', { file, counts: countWords(report) || t('intake_nothing'), at: formatTime(at) });
}

/** The imports that were made before, newest first. */
export async function showReceipts(app: App): Promise<HTMLElement> {
  const { imports } = await app.api.get<{ imports: Receipt[] }>('/api/imports?limit=20');
  return h(
    'section.block',
    { id: 'import-receipts' },
    h('h3', null, t('intake_before')),
    imports.length
      ? h('ul.items', null, ...imports.map((r) => h('li', null, h('button.open', { type: 'button', onclick: () => app.view('impor', String(r.id)) }, h('span.two', null, h('span', null, r.file), h('span.small.quiet', null, line(r)))))))
      : empty(t('intake_none_before')),
  );
}

function line(r: Receipt): string {
  return [formatTime(r.at), who(r.by), countWords(r.report), r.undone_at && t('intake_undone')].filter(Boolean).join(' · ');
}

function who(by: Receipt['by']): string {
  return typeof by === 'string' ? by : (by?.title ?? '');
}

/** One receipt with everything that its import said. */
export async function receiptView(app: App, id: number): Promise<HTMLElement> {
  const r = await app.api.get<Receipt>(`/api/imports/${id}`);
  return h(
    'section.block',
    { id: 'import-receipt' },
    h('button.button.plain', { type: 'button', onclick: () => app.view('impor') }, t('intake_back')),
    h('h3', null, r.file),
    h('p', null, line(r)),
    h('p.small.quiet.wrap', null, `SHA-256 ${r.sha256}`),
    r.undone_at ? h('p.notice', null, t('intake_undone_at', { at: formatTime(r.undone_at) })) : shareButtons(app, receiptWords(r.file, r.report, r.at)),
    r.can_undo && !r.undone_at ? undoButton(app, id, () => app.view('impor', String(id), true)) : '',
    ...reportView({ ...r.report, verdicts: r.report.verdicts ?? [] }),
  );
}

/** Takes the whole import back, with a reason. */
function undoButton(app: App, id: number, then: () => void): HTMLElement {
  return h(
    'button.button',
    {
      type: 'button',
      id: 'import-undo',
      onclick: () =>
        ask(app, {
          id: 'import-undo-dialog',
          title: t('intake_undo'),
          told: [t('intake_undo_told')],
          controls: [control('reason', 'Alasan', 'Reason', { kind: 'area', required: true, maxLength: 500 })],
          go: t('intake_undo'),
          danger: true,
          send: async (values) => {
            const done = await app.api.write<{ undone: number; kept: number }>('POST', `/api/imports/${id}/undo`, {}, String(values.reason));
            app.toast(t('intake_undo_done', { n: formatNumber(done.undone), kept: formatNumber(done.kept) }), { good: true });
            app.changed();
            then();
          },
        }),
    },
    t('intake_undo'),
  );
}
