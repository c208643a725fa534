import { type Batch, type BatchEvent, stepWords } from './batch';
import { askMark, type Acting, markName } from './batch-acts';
import { h } from './dom';
import { formatDate, formatTime, t, tValue } from './i18n';
import { attempt } from './view';

const day = (date: string): string => formatDate(`${date}T05:00:00Z`);

/** The way through the steps: which are taken, which waits. */
export function stepTrack(batch: Batch): HTMLElement {
  const waits = batch.state === 'sent' || batch.state === 'checking';
  const stand = (i: number): 'done' | 'now' | 'next' => (batch.state === 'closed' || (waits && i < batch.step) ? 'done' : waits && i === batch.step ? 'now' : 'next');
  return h('ol.steps', { 'aria-label': t('steps') }, ...batch.steps.map((step, i) => h(`li.${stand(i)}`, { 'aria-current': stand(i) === 'now' ? 'step' : null }, h('span.sr', null, `${t(`step_is_${stand(i)}`)}: `), capital(stepWords(step, batch.kind)))));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Everything that was done with a batch, the last first. */
export function eventTrail(batch: Batch): HTMLElement | string {
  const events = [...(batch.events ?? [])].reverse();
  if (!events.length) return '';
  const row = (event: BatchEvent): HTMLElement => {
    const letter = [event.number && t('event_number', { number: event.number }), event.dated && day(event.dated)].filter(Boolean).join(', ');
    const cells = Object.keys(event.cells ?? {}).length;
    const under = [event.title || event.by || t('event_command'), formatTime(event.at), letter, event.note && `“${event.note}”`, cells && t('event_cells', { n: cells })];
    const what = [tValue('batch_did', event.action), event.step && ['approved', 'closed', 'returned'].includes(event.action) && stepWords(event.step, batch.kind)];
    return h('li', null, h('span', null, what.filter(Boolean).join(': ')), h('span.small.quiet', null, under.filter(Boolean).join(' · ')));
  };
  return h('details.more', { id: 'trail' }, h('summary', null, t('batch_trail', { n: events.length })), h('ol.trail', null, ...events.map(row)));
}

/** The dated marks of what happened with it elsewhere, and what sets and removes them. */
export function markBlock(acting: Acting): HTMLElement | string {
  const { app, entry } = acting;
  const { batch } = entry;
  const marks = batch.marks ?? [];
  if (!batch.can.mark && !marks.length) return '';
  const remove = async (mark: string): Promise<void> => acting.renew(await app.api.write<Batch>('DELETE', `/api/batches/${batch.id}/marks/${encodeURIComponent(mark)}`));
  const line = (mark: Batch['marks'][number]): HTMLElement => {
    const drop: HTMLButtonElement = h('button.button.plain', { type: 'button', 'aria-label': t('mark_drop_of', { name: markName(mark.label) }), onclick: () => void attempt(app, () => remove(mark.mark), drop) }, t('mark_drop'));
    const under = [day(mark.dated), mark.number && t('event_number', { number: mark.number }), mark.note].filter(Boolean).join(' · ');
    return h('li', { 'data-mark': mark.mark }, h('span.grow', null, markName(mark.label), h('span.small.quiet', null, ` ${under}`)), batch.can.mark && h('button.button.plain', { type: 'button', onclick: () => askMark(acting, mark.mark) }, t('mark_change')), batch.can.mark && drop);
  };
  return h('section.block', { id: 'marks' }, h('h3', null, t('marks')), h('ul.items', null, ...marks.map(line)), batch.can.mark && h('button.button', { type: 'button', id: 'mark-add', onclick: () => askMark(acting) }, t('mark_add')));
}
