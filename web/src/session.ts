import { type Basemap, Problem, type Session } from './api';
import { type App, isAdministrator } from './app';
import { h, icon } from './dom';
import { dropDraft } from './draft';
import { t, tValue } from './i18n';

/** A modal dialog with a title; closes with Escape, its button, or `close`. */
function dialog(title: string, id: string, ...content: Node[]): { element: HTMLDialogElement; close: () => void } {
  const element = h(
    'dialog.dialog',
    { id, 'aria-labelledby': `${id}-title` },
    h('header.row', null, h('h2.grow', { id: `${id}-title` }, title), h('button.button.plain.square', { type: 'button', 'aria-label': t('close'), onclick: () => element.close() }, icon('close'))),
    ...content,
  ) as HTMLDialogElement;
  element.addEventListener('close', () => element.remove());
  element.addEventListener('click', (event) => event.target === element && element.close());
  document.body.append(element);
  element.showModal();
  return { element, close: () => element.close() };
}

/** Asks for name and password; `then` runs once somebody is logged in. */
export function logIn(app: App, then?: (session: Session) => void): void {
  const name = h('input.input', { id: 'login-name', name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true });
  const password = h('input.input', { id: 'login-password', name: 'password', type: 'password', autocomplete: 'current-password', required: true });
  const wrong = h('div', { role: 'alert' });
  const go = h('button.button.primary', { type: 'submit' }, t('login'));
  const form = h(
    'form.form',
    {
      onsubmit: (event: Event) => {
        event.preventDefault();
        void send();
      },
    },
    h('p.small.quiet', null, t('login_who')),
    wrong,
    h('div.field', null, h('label.label', { for: 'login-name' }, t('login_name')), name),
    h('div.field', null, h('label.label', { for: 'login-password' }, t('login_password')), password),
    go,
  );
  const { close } = dialog(t('login'), 'login-dialog', form);
  async function send(): Promise<void> {
    (go as HTMLButtonElement).disabled = true;
    wrong.replaceChildren();
    try {
      const { data } = await app.api.send<Session>('/api/session', { method: 'POST', body: { name: name.value.trim(), password: password.value } });
      close();
      app.entered({ ...app.session, ...data });
      app.toast(t('hello', { name: data.account?.title || data.account?.name || '' }));
      then?.(data);
    } catch (error) {
      wrong.replaceChildren(h('p.error', null, error instanceof Problem ? error.message : t('failed')));
      (go as HTMLButtonElement).disabled = false;
      if (error instanceof Problem && error.status === 401) {
        password.value = '';
        password.focus();
      }
    }
  }
}

/** Who is logged in, what they may do, settings for an administrator, and the way out. */
export function accountMenu(app: App): void {
  const { account } = app.session;
  if (!account) return;
  const grants = account.grants.map((g) => h('li', null, `${tValue('role', g.role)}${g.area_name ? `: ${g.area_name}` : ''}`));
  const { close } = dialog(
    account.title || account.name,
    'account-dialog',
    h('p.small.quiet', null, account.name),
    h('ul.small', null, ...grants),
    h(
      'div.stack',
      null,
      isAdministrator(app.session) ? h('button.button', { type: 'button', onclick: () => (close(), basemapSettings(app)) }, t('basemap')) : '',
      h('button.button', { type: 'button', id: 'logout', onclick: () => void logOut() }, t('logout')),
    ),
  );
  async function logOut(): Promise<void> {
    try {
      await app.api.send('/api/session', { method: 'DELETE' });
    } catch (error) {
      if (!(error instanceof Problem)) return void app.toast(t('failed'));
    }
    dropDraft();
    close();
    app.selected = null;
    app.entered({ ...app.session, account: null });
  }
}

const presets: { name: string; basemap: Basemap | null }[] = [
  { name: 'none', basemap: null },
  { name: 'osm', basemap: { url: 'https://tile.openstreetmap.org/{z}/{x}/{y}.png', attribution: '© OpenStreetMap contributors', min_zoom: 0, max_zoom: 19, tile_size: 256 } },
  {
    name: 'rbi', // y before x
    basemap: {
      url: 'https://geoservices.big.go.id/rbi/rest/services/BASEMAP/Rupabumi_Indonesia/MapServer/tile/{z}/{y}/{x}',
      attribution: '© Badan Informasi Geospasial',
      min_zoom: 0,
      max_zoom: 16,
      tile_size: 256,
    },
  },
  { name: 'own', basemap: { url: '', attribution: '', min_zoom: 0, max_zoom: 19, tile_size: 256 } },
];

/** The administrator's choice of a base map; takes effect when the page is next opened. */
function basemapSettings(app: App): void {
  const now = app.session.settings?.basemap ?? null;
  const known = presets.find((p) => (p.basemap?.url ?? '') === (now?.url ?? ''))?.name ?? 'own';
  const url = h('input.input', { id: 'basemap-url', inputmode: 'url', autocomplete: 'off' });
  const attribution = h('input.input', { id: 'basemap-attribution', autocomplete: 'off' });
  const numbers = (['min_zoom', 'max_zoom', 'tile_size'] as const).map((name) => ({ name, input: h('input.input', { id: `basemap-${name}`, inputmode: 'numeric' }) }));
  const own = h(
    'div.stack',
    null,
    h('div.field', null, h('label.label', { for: 'basemap-url' }, t('basemap_url')), url, h('p.small.quiet', null, t('basemap_url_help'))),
    h('div.field', null, h('label.label', { for: 'basemap-attribution' }, t('basemap_attribution')), attribution),
    h('div.row', null, ...numbers.map(({ name, input }) => h('div.field.grow', null, h('label.label', { for: `basemap-${name}` }, t(`basemap_${name}`)), input))),
  );
  const fill = (basemap: Basemap | null): void => {
    own.hidden = basemap === null;
    url.value = basemap?.url ?? '';
    attribution.value = basemap?.attribution ?? '';
    for (const { name, input } of numbers) input.value = basemap ? String(basemap[name]) : '';
  };
  const choices = presets.map((preset) => {
    const radio = h('input', { type: 'radio', name: 'basemap', value: preset.name, checked: preset.name === known });
    radio.addEventListener('change', () => fill(preset.basemap));
    return h('label.choice', null, radio, h('span', null, t(`basemap_${preset.name}` as 'basemap_none')));
  });
  fill(now);
  const wrong = h('div', { role: 'alert' });
  const { close } = dialog(
    t('basemap'),
    'basemap-dialog',
    h(
      'form.form',
      { onsubmit: (event: Event) => (event.preventDefault(), void save()) },
      wrong,
      h('fieldset.stack', null, h('legend.sr', null, t('basemap')), ...choices),
      own,
      h('button.button.primary', { type: 'submit' }, t('save')),
    ),
  );
  async function save(): Promise<void> {
    const none = (document.querySelector('input[name=basemap]:checked') as HTMLInputElement | null)?.value === 'none';
    const chosen = { url: url.value.trim(), attribution: attribution.value.trim(), ...Object.fromEntries(numbers.map(({ name, input }) => [name, Number(input.value)])) };
    try {
      await app.api.send('/api/settings', { method: 'PUT', body: { basemap: none ? null : chosen } });
      close();
      app.toast(t('basemap_saved'), { action: t('open_again'), onAction: () => location.reload(), seconds: 10 });
    } catch (error) {
      const said = error instanceof Problem ? [error.errors.length ? '' : error.message, ...error.errors.map((e) => e.message)].filter(Boolean) : [t('failed')];
      wrong.replaceChildren(h('div.error', null, ...said.map((text) => h('p', null, text))));
    }
  }
}

