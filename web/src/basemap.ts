import { type Basemap, Problem } from './api';
import type { App } from './app';
import { dialog } from './dialog';
import { h } from './dom';
import { t } from './i18n';

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
export function basemapSettings(app: App): void {
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
