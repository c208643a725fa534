import './progress.css';
import './releases.css';
import type { App } from './app';
import { h } from './dom';
import { addWords, formatDate, formatNumber, t } from './i18n';
import type { Registry } from './registry';
import { incompleteList, type Release } from './release';
import { currentFiles, releaseFiles } from './release-files';
import { makeRelease } from './release-make';
import { administersAll } from './roles';
import { copy } from './share';
import { attempt, empty, View } from './view';
import * as details from './words-details';
import * as words from './words-releases';

addWords(details);
addWords(words);

/** What the address says before the name of an asset type. */
const ofType = 'jenis:';

/** Rilis: everything as files, as it is now and as it was released. `arg` is a release's name, or `jenis:posyandu`. */
export function show(app: App, arg: string): void {
  new Releases(app, arg).show();
}

class Releases {
  private readonly app: App;
  private readonly view: View;
  private readonly type: string;
  private opened: string;
  private registry: Registry | null = null;
  private list: Release[] = [];

  constructor(app: App, arg: string) {
    this.app = app;
    this.view = new View(app, 'releases', t('release_title'));
    this.type = arg.startsWith(ofType) ? arg.slice(ofType.length) : '';
    this.opened = this.type ? '' : arg;
  }

  show(): void {
    this.view.show({ size: 'full' });
    void this.load();
  }

  private load(): Promise<void> {
    return this.view.fill(async () => {
      const [{ releases }, registry] = await Promise.all([this.app.api.get<{ releases: Release[] }>('/api/releases'), this.app.api.get<Registry>('/api/indicators').catch(() => null)]);
      Object.assign(this, { list: releases, registry });
      return this.parts();
    });
  }

  private parts(): (Node | string)[] {
    const { app } = this;
    const gone = this.opened && !this.list.some(({ name }) => name === this.opened);
    const make = h('button.button.primary', { type: 'button', id: 'release-make', onclick: () => void attempt(app, () => makeRelease(app, this.registry, (release) => this.made(release)), make) }, t('release_make'));
    return [
      h('p.small.quiet', null, t('release_help')),
      currentFiles(app, this.type),
      h(
        'section.block',
        { id: 'release-list' },
        h('h3', null, t('release_list')),
        gone && h('p.error', { role: 'alert' }, t('release_gone', { name: this.opened })),
        administersAll(app.session) && make,
        this.list.length ? h('ul.releases', null, ...this.list.map((release) => this.card(release))) : empty(t('release_none')),
      ),
    ];
  }

  private made(release: Release): void {
    this.app.toast(t('release_make_done', { name: release.name }), { good: true });
    this.open(release.name);
    void this.load();
  }

  private open(name: string): void {
    this.opened = name;
    this.app.showing(name);
  }

  private card(release: Release): HTMLElement {
    const { name, title, note, by, incomplete } = release;
    const body = h('div.stack.release-body', { id: `release-${name}` });
    const toggle = h(
      'button.fold',
      { type: 'button', 'data-key': `release-${name}`, 'aria-controls': body.id, onclick: () => (this.open(this.opened === name ? '' : name), draw()) },
      h('strong', null, title || name),
      h('span.small.quiet', null, t('release_made', { day: formatDate(release.released_at), revision: formatNumber(release.revision), n: formatNumber(release.files.length) })),
    );
    const draw = (): void => {
      const opened = this.opened === name;
      toggle.setAttribute('aria-expanded', String(opened));
      body.replaceChildren(
        ...(opened
          ? [
              note && h('p.note', null, note),
              by && h('p.small.quiet', null, t('release_by', { by })),
              h('div.row', null, h('code.grow', null, `?release=${name}`), h('button.button', { type: 'button', onclick: () => void copy(this.app, `${location.origin}/api/collections/posyandu/items?release=${name}`) }, t('release_api'))),
              releaseFiles(this.app, this.registry, release),
              incomplete?.length ? h('details', null, h('summary', null, t('release_incomplete')), incompleteList(this.app, this.registry, incomplete)) : '',
            ].filter((part) => part instanceof Node)
          : []),
      );
    };
    draw();
    return h('li', { 'data-release': name }, toggle, body);
  }
}
