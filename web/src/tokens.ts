import type { App } from './app';
import { ask } from './ask';
import { dayEnd, lastDay } from './dates';
import { dialog } from './dialog';
import { h } from './dom';
import { control, filled } from './form';
import { formatDate, formatTime, t } from './i18n';
import { reachWords } from './roles';
import { areaControl, typesControl } from './scope';
import { copy } from './share';
import { attempt, empty } from './view';

/** What lets a program in, in an account's name. */
export interface Token {
  id: number;
  name: string;
  area_code: string | null;
  types: string[] | null;
  read_only: boolean;
  created_at: string;
  last_used_at: string | null;
  expires_at: string;
  revoked_at: string | null;
}

/** My tokens: a list, and the making of one. */
export function tokenBlock(app: App, tokens: Token[], again: () => void): HTMLElement {
  return h(
    'section.block',
    { id: 'tokens' },
    h('h3', null, t('tokens')),
    h('p.small.quiet', null, t('tokens_help')),
    tokenList(app, tokens, '/api/tokens', again),
    h('button.button', { type: 'button', id: 'token-make', onclick: () => makeToken(app, again) }, t('token_make')),
  );
}

/** Tokens that still let somebody in, with a button that ends each. */
export function tokenList(app: App, tokens: Token[], path: string, again: () => void): HTMLElement {
  const live = tokens.filter((token) => !token.revoked_at);
  if (!live.length) return empty(t('tokens_none'));
  const over = (token: Token): boolean => Date.parse(token.expires_at) <= Date.now();
  return h(
    'ul.items.lines',
    null,
    ...live.map((token) =>
      h(
        'li',
        { 'data-id': token.id },
        h(
          'span.grow',
          null,
          h('span', null, token.name),
          h('span.small.quiet', null, [reachWords(app, { area_code: token.area_code ?? '', area_name: '', types: token.types }), t(token.read_only ? 'token_reads' : 'token_writes')].join(' · ')),
          h('span.small.quiet', null, [t(over(token) ? 'ended_day' : 'until_day', { day: formatDate(lastDay(token.expires_at)) }), token.last_used_at ? t('used', { time: formatTime(token.last_used_at) }) : t('used_never')].join(' · ')),
        ),
        h(
          'button.button',
          { type: 'button', 'aria-label': t('token_end_of', { name: token.name }), onclick: (event: Event) => void attempt(app, () => app.api.write('DELETE', `${path}/${token.id}`).then(again), event.currentTarget as HTMLButtonElement) },
          t('token_end'),
        ),
      ),
    ),
  );
}

function makeToken(app: App, again: () => void): void {
  const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
  ask(app, {
    id: 'token-dialog',
    title: t('token_make'),
    controls: [
      control('name', 'Untuk apa', 'What for', { required: true, maxLength: 100, help: { id: 'Misalnya: QGIS di laptop kantor', en: 'For example: QGIS on the office laptop' } }),
      control('read_only', 'Boleh apa', 'What it may do', { kind: 'select', boolean: true, required: true, options: [{ value: 'true', label: { id: 'Hanya membaca', en: 'Only read' } }, { value: 'false', label: { id: 'Membaca dan mengubah, sejauh hak Anda', en: 'Read and change, as far as you may' } }] }),
      areaControl(app, { id: 'Hanya wilayah ini', en: 'Only this area' }, { help: { id: 'Kosong: sejauh hak Anda', en: 'None: as far as you may' } }),
      typesControl(app),
      control('until', 'Berlaku sampai', 'Valid until', { kind: 'date', required: true, help: { id: 'Paling lama 400 hari', en: 'At most 400 days' } }),
    ],
    values: { read_only: true, until: inAYear },
    go: t('token_make'),
    send: async ({ until, ...values }) => {
      const made = await app.api.write<Token & { token: string }>('POST', '/api/tokens', { ...filled(values), expires_at: dayEnd(until) });
      again();
      showToken(app, made);
    },
  });
}

/** The token itself, shown this once, with how to use it. */
function showToken(app: App, { name, token }: { name: string; token: string }): void {
  const account = app.session.account!.name;
  const { close } = dialog(
    t('token_made', { name }),
    'token-made-dialog',
    h(
      'div.form',
      null,
      h('p.notice', null, t('token_once')),
      h('code.secret-text', { id: 'token-text', tabindex: 0 }, token),
      h('div.row', null, h('button.button.primary.grow', { type: 'button', onclick: () => void copy(app, token) }, t('copy'))),
      h('p', null, h('strong', null, t('token_use'))),
      h('p.small', null, t('token_qgis', { url: `${location.origin}/api` })),
      h('p.small', null, t('token_basic', { account })),
      h('p.small', null, t('token_bearer'), ' ', h('code', null, 'Authorization: Bearer …')),
      h('button.button', { type: 'button', onclick: () => close() }, t('close')),
    ),
  );
}
