import { type App, typeOf } from './app';
import { ask } from './ask';
import { badge, h } from './dom';
import { formatDate, formatNumber, t, tText, tValue } from './i18n';
import { remind } from './reminders';
import { reminderOf } from './reminder';
import { type Board, fallsShort, fullName, idOf, type Row, type Standing, standingOf, type Village } from './standing';
import { attempt } from './view';

/** A standing in words; its mark and its colour only underline them. */
export function standTag(standing: Standing): HTMLElement {
  return h(`span.stand.${standing}`, null, tValue('stand', standing));
}

/** How much of a whole is done, as a bar beside words that say it. */
export function bar(share: number): HTMLElement {
  const fill = h('i');
  fill.style.setProperty('width', `${Math.round(share * 100)}%`);
  return h('span.bar', { 'aria-hidden': 'true' }, fill);
}

/** A village type by type: numbers, what was said, and the buttons of those who may say more. `changed` gets the row anew. */
export function villageProgress(app: App, board: Board, village: Village, changed: (row: Row) => void): HTMLElement {
  const names = [...new Set(village.rows.flatMap((row) => row.pic.map((who) => who.title || who.name)))];
  const watches = board.may.target || board.may.confirm.includes(village.code);
  const mayRemind = watches && reminderOf(village, (type) => tText(typeOf(app, type)?.label), location.origin);
  return h(
    'div.village-progress',
    null,
    h('ul', null, ...village.rows.map((row) => typeLine(app, board, village, row, changed))),
    watches && h('p.small.quiet', null, names.length ? t('progress_pic', { names: names.join(', ') }) : t('progress_no_pic')),
    h(
      'div.row',
      null,
      app.map && h('button.button.plain', { type: 'button', 'data-key': `map-${village.code}`, onclick: () => void goThere(app, village) }, t('progress_map')),
      mayRemind && h('button.button.plain', { type: 'button', 'data-key': `remind-${village.code}`, onclick: () => remind(app, [village]) }, t('progress_remind')),
    ),
  );
}

async function goThere(app: App, village: Village): Promise<void> {
  const { data } = await app.api.item({ collection: 'kelurahan', id: idOf(village.code) });
  const at = data.properties.label_point as [number, number] | undefined;
  if (at) app.map?.fly(at, 14);
  if (window.innerWidth < 800) app.panel.size('peek');
}

function typeLine(app: App, board: Board, village: Village, row: Row, changed: (row: Row) => void): HTMLElement {
  const type = typeOf(app, row.type);
  return h(
    'li',
    { 'data-type': row.type },
    badge(type),
    h(
      'div.grow',
      null,
      h('p.kind', null, h('strong', null, tText(type?.label) || row.type), ' ', standTag(standingOf(row))),
      h('p.small', null, numbers(row)),
      row.due && !row.done && h('p.small', { class: row.late ? 'small over' : 'small quiet' }, t(row.late ? 'progress_due_past' : 'progress_due', { day: formatDate(`${row.due}T05:00:00Z`) })),
      ...said(row).map((text) => h('p.small.quiet', null, text)),
      fallsShort(row) && h('p.small.over', null, t('progress_short', { n: formatNumber(row.target! - row.registered) })),
      h('div.row', null, ...buttons(app, board, village, row, changed)),
    ),
  );
}

function numbers(row: Row): string {
  const n = formatNumber(row.registered);
  return [
    row.target === null ? t('progress_count', { n }) : t('progress_count_of', { n, target: formatNumber(row.target) }),
    row.registered && t('progress_placed_n', { n: formatNumber(row.placed) }),
    row.confirmed && t('progress_confirmed_n', { n: formatNumber(row.confirmed) }),
    row.returned && t('progress_returned_n', { n: formatNumber(row.returned) }),
    row.waiting && t('progress_waiting_n', { n: formatNumber(row.waiting) }),
  ]
    .filter(Boolean)
    .join(' · ');
}

function said(row: Row): string[] {
  const by = (name: string): string => (name ? t('progress_by', { name }) : '');
  const lines: string[] = [];
  if (row.declared) lines.push(t(row.declared === 'none' ? 'progress_said_none' : 'progress_said_complete', { who: by(row.declared_by), day: formatDate(row.declared_at!) }));
  if (row.done) lines.push(t('progress_agreed', { who: by(row.confirmed_by), day: formatDate(row.confirmed_at!) }));
  return lines;
}

type Words = 'progress_declared' | 'progress_confirmed' | 'progress_taken_back' | 'progress_doubted';

function buttons(app: App, board: Board, village: Village, row: Row, changed: (row: Row) => void): HTMLElement[] {
  if (app.session.viewing) return [];
  const type = tText(typeOf(app, row.type)?.label);
  const path = `/api/progress/${row.area_code}/${encodeURIComponent(row.type)}`;
  const put = async (what: 'declaration' | 'confirmation', body: unknown, words: Words): Promise<void> => {
    changed(await app.api.write<Row>('PUT', `${path}/${what}`, body));
    app.toast(t(words, { type }), { good: true });
  };
  const button = (key: string, label: string, look: string, act: () => Promise<void>): HTMLElement => {
    const element = h(`button.button${look}`, { type: 'button', 'data-key': `${key}-${row.area_code}-${row.type}`, onclick: () => void attempt(app, act, element) }, label);
    return element;
  };
  const declare = (declared: Row['declared']) => () => put('declaration', { declared }, declared ? 'progress_declared' : 'progress_taken_back');
  const mayDeclare = board.may.declare.includes(row.area_code);
  const mayConfirm = board.may.confirm.includes(row.area_code);
  const mine = row.declared_by !== '' && row.declared_by === app.session.account?.title;
  const made: HTMLElement[] = [];
  if (mayDeclare && !row.declared) {
    if (row.registered) made.push(button('say', t('progress_complete'), '.primary', async () => (row.target !== null && row.registered < row.target ? askShort(app, village, row, type, declare('complete')) : declare('complete')())));
    else made.push(button('say', t('progress_nothing'), '', declare('none')));
  }
  if (mayConfirm && row.declared && !row.done && !mine) made.push(button('agree', t('progress_confirm'), '.primary', () => put('confirmation', { confirmed: true }, 'progress_confirmed')));
  if (mayDeclare && row.declared && !row.done) made.push(button('unsay', t('progress_take_back'), '.plain', declare(null)));
  if (mayConfirm && row.done) made.push(button('doubt', t('progress_doubt'), '.plain', () => put('confirmation', { confirmed: false }, 'progress_doubted')));
  return made;
}

/** Whoever declares complete what falls short of its target is asked once more. */
function askShort(app: App, village: Village, row: Row, type: string, declare: () => Promise<void>): void {
  ask(app, {
    id: 'short-dialog',
    title: t('progress_complete'),
    told: [t('progress_complete_short', { type, name: fullName(village), target: formatNumber(row.target ?? 0), n: formatNumber(row.registered) })],
    go: t('progress_complete'),
    send: declare,
  });
}
