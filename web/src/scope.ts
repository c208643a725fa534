import type { App } from './app';
import { type Control, control } from './form';
import { t } from './i18n';
import { areaPicker } from './picker';

/** The types of the city as choices. */
export function typesControl(app: App): Control {
  return control('types', 'Hanya jenis ini', 'Only these types', { kind: 'multi', help: { id: 'Tanpa pilihan: semua jenis', en: 'None chosen: all types' }, options: app.types.map((type) => ({ value: type.name, label: type.plural })) });
}

/** Where something holds: picked by name or code, empty for everywhere. */
export function areaControl(app: App, label: { id: string; en: string }, extra: Partial<Control> = {}): Control {
  return control('area_code', label.id, label.en, { kind: 'pick', picker: { ask: areaPicker(app), placeholder: t('area_search') }, ...extra });
}
