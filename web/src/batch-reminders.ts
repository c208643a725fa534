import type { App } from './app';
import type { Overview, OverviewRow } from './batch-overview';
import { batchReminder } from './batch-reminder';
import { dialog } from './dialog';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import type { Registry } from './registry';
import { copy, shareButtons } from './share';

const months = ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember'];

/** "Triwulan II 2026" in Indonesian, since the message goes to somebody else. */
function periodText(period: string): string {
  const [year, part] = [period.slice(0, 4), period.slice(5)];
  if (!part) return year;
  return part.startsWith('Q') ? `Triwulan ${['I', 'II', 'III', 'IV'][Number(part[1]) - 1]} ${year}` : [part.slice(3), months[Number(part.slice(0, 2)) - 1], year].filter(Boolean).join(' ');
}

/** Shows a message for each area that is behind, to copy or to send; all of them together too. */
export function remindAreas(app: App, registry: Registry, overview: Overview, rows: OverviewRow[]): void {
  const source = registry.sources.find(({ code }) => code === overview.source)?.label.id ?? overview.source;
  const asked = { name: `${source}, ${periodText(overview.period)}`, source: overview.source, period: overview.period, due: overview.due, origin: location.origin };
  const messages = rows.map((row) => ({ row, text: batchReminder(row, asked) })).filter(({ text }) => text);
  const all = messages.map(({ text }) => text).join('\n\n———\n\n');
  dialog(
    t('batch_remind'),
    'remind-dialog',
    h('p.small.quiet', null, t('batch_remind_help', { n: formatNumber(messages.length) })),
    h('button.button.primary', { type: 'button', id: 'copy-all', hidden: messages.length < 2, onclick: () => void copy(app, all) }, t('batch_remind_all')),
    h('div.reminders', null, ...messages.map(({ row, text }) => h('details', { 'data-id': row.area_code, open: messages.length === 1 }, h('summary', null, h('strong', null, row.area_name)), h('p.message.small', null, text), shareButtons(app, text)))),
  );
}
