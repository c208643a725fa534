import './progress.css';
import { type App, typeOf } from './app';
import { debounced, h } from './dom';
import { goalEditor, importGoals } from './goals';
import { addWords, formatDate, formatNumber, formatTime, t, tText, tValue } from './i18n';
import { remind } from './reminders';
import { shades } from './shade';
import { type Board, idOf, type Row, type Standing, standings, tally, type Village, villagesOf } from './standing';
import { type Column, type Sorting, table } from './table';
import { bar, standTag, villageProgress } from './village-progress';
import { empty, View } from './view';
import * as words from './words-progress';

addWords(words);

/** Kemajuan: how far the villages are that this account may watch. `arg` opens a village, or shows one kecamatan. */
export function show(app: App, arg: string): void {
  new Progress(app, arg).show();
}

/** Of so few villages the account has a say in, each stands open above the table. */
const few = 3;

class Progress {
  private readonly app: App;
  private readonly view: View;
  private board: Board | null = null;
  private type = '';
  private district = '';
  private standing: Standing | '' = '';
  private readonly sorting: Sorting = { key: 'standing', down: false };
  private readonly opened = new Set<string>();
  private editing = false;
  private timer = 0;

  constructor(app: App, arg: string) {
    this.app = app;
    this.view = new View(app, 'progress', t('progress'));
    if (arg.length === 8) this.district = arg;
    else if (arg) this.opened.add(arg);
  }

  show(): void {
    this.view.show({
      size: 'full',
      refresh: debounced(500, () => void (this.editing || this.load())),
      leave: () => {
        window.clearInterval(this.timer);
        this.app.map?.shade(null);
      },
    });
    // The map may come later than the view.
    this.timer = window.setInterval(() => this.app.map && (window.clearInterval(this.timer), this.draw()), 500);
    const [asked] = this.opened;
    void this.load().then(() => asked && this.view.body.querySelector(`[data-id='${CSS.escape(asked)}']`)?.scrollIntoView({ block: 'center' }));
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      this.board = await this.app.api.get<Board>('/api/progress');
      return this.parts(this.board);
    });
  }

  /** Shows again what was read, after a choice. */
  private draw(): void {
    const { board } = this;
    if (board) void this.view.fill(async () => this.parts(board));
  }

  private parts(board: Board): (Node | string)[] {
    this.view.said.textContent = t('as_of', { time: formatTime(board.as_of) });
    const rows = board.rows.filter((row) => (!this.type || row.type === this.type) && row.area_code.startsWith(this.district));
    const villages = villagesOf(rows);
    if (villages.length > 1) this.app.map?.shade(new Map(villages.map((village) => [idOf(village.code), village.done / village.rows.length])));
    if (!board.rows.length) return [empty(t('progress_none'))];
    const shown = villages.filter((village) => !this.standing || village.standing === this.standing);
    const types = board.types.filter((type) => !this.type || type === this.type);
    if (this.editing) return [this.filters(board), goalEditor(this.app, villages, types, (saved) => this.edited(saved))];
    const mine = new Set([...board.may.declare, ...board.may.confirm]);
    const own = mine.size <= few ? shown.filter((village) => mine.has(village.code)) : [];
    const others = shown.filter((village) => !own.includes(village));
    return [
      this.totals(villages),
      ...own.map((village) => this.ownVillage(board, village)),
      this.filters(board),
      shown.length ? (others.length ? this.table(board, others) : '') : empty(t('progress_none_match')),
      this.tools(board, villages),
    ];
  }

  /** How many are done, how the rest stands, and what the colours on the map mean. */
  private totals(villages: Village[]): HTMLElement {
    const single = villages.length === 1 ? villages[0]! : null;
    const done = single ? single.done : villages.filter((village) => village.standing === 'done').length;
    const all = single ? single.rows.length : villages.length;
    const counts = tally(villages);
    const chip = (standing: Standing): HTMLElement =>
      h(
        'button.chip',
        { type: 'button', 'data-key': `stand-${standing}`, 'aria-pressed': String(this.standing === standing), onclick: () => ((this.standing = this.standing === standing ? '' : standing), this.draw()) },
        h('b', null, formatNumber(counts[standing])),
        standTag(standing),
      );
    return h(
      'div.totals',
      null,
      h('p.sum', null, t(single ? 'progress_types_of' : 'progress_done_of', { done: formatNumber(done), all: formatNumber(all) })),
      bar(all ? done / all : 0),
      single ? null : h('div.chips', { role: 'group', 'aria-label': t('progress_tally') }, ...standings.filter((s) => counts[s] || s === this.standing).map(chip)),
      single || !this.app.map ? null : legend(this.type !== ''),
    );
  }

  private ownVillage(board: Board, village: Village): HTMLElement {
    return h('section.own', { 'data-id': village.code }, h('h3', null, village.name), villageProgress(this.app, board, village, (row) => this.changed(row)));
  }

  private filters(board: Board): HTMLElement {
    const districts = [...new Map(board.rows.map((row) => [row.area_code.slice(0, 8), row.district])).entries()];
    const select = (id: string, label: string, value: string, options: [string, string][], chosen: (value: string) => void): HTMLElement => {
      const element = h('select.input', { id, 'aria-label': label }, ...options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)));
      element.addEventListener('change', () => (chosen(element.value), this.draw()));
      return element;
    };
    const types = board.types.map((type): [string, string] => [type, tText(typeOf(this.app, type)?.plural) || type]);
    const query = new URLSearchParams({ ...(this.district && { area: this.district }), ...(this.type && { type: this.type }) }).toString();
    const file = (extension: string): HTMLElement => h('a.button', { href: `/api/progress.${extension}${query && `?${query}`}`, download: '', 'data-key': extension, 'aria-label': `${t('progress_download')} ${extension.toUpperCase()}` }, extension.toUpperCase());
    return h(
      'div.filters.progress-filters',
      null,
      types.length > 1 && select('progress-type', t('filter_type'), this.type, [['', t('all_types')], ...types], (v) => (this.type = v)),
      districts.length > 1 && select('progress-district', t('progress_district'), this.district, [['', t('progress_districts')], ...districts], (v) => (this.district = v)),
      h('div.row.files', null, h('span.small.quiet', null, t('progress_download')), file('xlsx'), file('csv')),
    );
  }

  private table(board: Board, villages: Village[]): HTMLElement {
    const types: Column<Village> = { key: 'types', label: t('progress_types'), cell: (v) => `${formatNumber(v.done)}/${formatNumber(v.rows.length)}`, sort: (v) => v.done / v.rows.length, numeric: true };
    const columns: Column<Village>[] = [
      { key: 'village', label: t('progress_village'), cell: (v) => this.name(v), sort: (v) => v.name },
      ...(this.type ? [] : [types]),
      { key: 'registered', label: t('progress_registered'), cell: (v) => formatNumber(v.registered) + (v.target === null ? '' : `/${formatNumber(v.target)}`), sort: (v) => v.registered, numeric: true },
      { key: 'placed', label: t('progress_placed'), cell: (v) => formatNumber(v.placed), sort: (v) => v.placed, numeric: true },
      { key: 'standing', label: t('progress_standing'), cell: (v) => standTag(v.standing), sort: (v) => standings.indexOf(v.standing) },
      { key: 'last', label: t('progress_last'), cell: (v) => (v.last ? formatDate(v.last) : t('progress_never')), sort: (v) => v.last },
    ];
    return table(t('progress_table'), columns, villages, this.sorting, (v) => v.code, (v) => (this.opened.has(v.code) ? villageProgress(this.app, board, v, (row) => this.changed(row)) : null));
  }

  private name(village: Village): HTMLElement {
    const open = this.opened.has(village.code);
    const toggle = (): void => {
      if (!this.opened.delete(village.code)) this.opened.add(village.code);
      this.draw();
    };
    return h(
      'button.fold',
      { type: 'button', 'data-key': `open-${village.code}`, 'aria-expanded': String(open), onclick: toggle },
      h('strong', null, village.name),
      h('span.small.quiet', null, village.district),
      !this.type && bar(village.done / village.rows.length),
    );
  }

  private tools(board: Board, villages: Village[]): HTMLElement | string {
    if (this.app.session.viewing || (!board.may.target && board.may.confirm.length <= few)) return '';
    const button = (id: string, label: string, act: () => void): HTMLElement => h('button.button', { type: 'button', id, onclick: act }, label);
    return h(
      'div.block',
      null,
      h(
        'div.row',
        null,
        button('progress-remind', t('progress_remind_all'), () => remind(this.app, villages)),
        board.may.target && button('progress-goals', t('progress_targets'), () => this.edit()),
        board.may.target && button('progress-import', t('progress_import'), () => importGoals(this.app, villagesOf(board.rows), () => void this.load())),
      ),
    );
  }

  private edit(): void {
    this.editing = true;
    this.draw();
    this.app.panel.body.scrollTop = 0;
  }

  private edited(saved: boolean): void {
    this.editing = false;
    if (saved) void this.load();
    else this.draw();
  }

  /** Puts in a row as it is now. */
  private changed(row: Row): void {
    if (!this.board) return;
    this.board.rows = this.board.rows.map((old) => (old.area_code === row.area_code && old.type === row.type ? row : old));
    this.draw();
  }
}

/** What the colours on the map mean; of a single type a village has done all or nothing. */
function legend(single: boolean): HTMLElement {
  const line = (color: string, i: number): HTMLElement | '' => {
    if (single && i > 0 && i < shades.length - 1) return '';
    const swatch = h('i.swatch');
    swatch.style.setProperty('background', color);
    return h('li', null, swatch, single && i ? t('stand_done') : tValue('progress_shade', i));
  };
  return h('div.shades.small', null, h('span.quiet', null, t('progress_legend')), h('ul', null, ...shades.map(line)));
}
