import { type App, typeOf } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { reminderOf } from './reminder';
import { copy, shareButtons } from './share';
import { fullName, type Village } from './standing';

/** Shows a message for each village that lacks something, to copy or to send; all of them together too. */
export function remind(app: App, villages: Village[]): void {
  const label = (type: string): string => typeOf(app, type)?.label.id ?? type;
  const messages = villages.map((village) => ({ village, text: reminderOf(village, label, location.origin) })).filter(({ text }) => text);
  const all = messages.map(({ text }) => text).join('\n\n———\n\n');
  const one = messages.length === 1;
  const copyAll = h('button.button.primary', { type: 'button', id: 'copy-all', hidden: messages.length < 2, onclick: () => void copy(app, all) }, t('progress_copy_all'));
  dialog(
    t(one ? 'progress_remind' : 'progress_remind_all'),
    'remind-dialog',
    h('p.small.quiet', null, messages.length ? (one ? fullName(messages[0]!.village) : t('progress_remind_help', { n: formatNumber(messages.length) })) : t('progress_remind_none')),
    copyAll,
    h('div.reminders', null, ...messages.map(({ village, text }) => message(app, village, text, one))),
  );
}

function message(app: App, village: Village, text: string, open: boolean): HTMLElement {
  const body = [h('p.message.small', null, text), shareButtons(app, text)];
  if (open) return h('div', null, ...body);
  const pics = [...new Set(village.rows.flatMap((row) => row.pic.map((who) => who.title || who.name)))];
  return h('details', { 'data-id': village.code }, h('summary', null, h('strong', null, village.name), h('span.small.quiet', null, pics.join(', ') || t('progress_no_pic'))), ...body);
}
