import type { AssetType } from './api';
import { fieldText } from './details';
import { h } from './dom';
import { controlsOf } from './form';
import { formatNumber, formatPoint, formatTime, t, tText, tValue } from './i18n';

/** One field that differs between two states of a feature. */
export interface FieldChange {
  field: string;
  /** What the server calls the field, which knows a desa from a kelurahan; '' where it was not asked. */
  label: string;
  before: unknown;
  after: unknown;
  /** Somebody else changed the same field meanwhile: `base` is what it was when this was written. */
  conflict?: boolean;
  base?: unknown;
}

/** What a field is called. */
export function fieldLabel(type: AssetType | undefined, { field, label }: Pick<FieldChange, 'field' | 'label'>): string {
  if (label) return label;
  if (field === 'geometry') return t('point');
  const control = type && controlsOf(type).find((c) => c.name === field);
  return tText(control?.label) || field;
}

/** What follows from another field, mostly from the point. */
const consequences = ['taken_by', 'taken_at', 'accuracy_m', 'placement', 'verified_at'];

/** The changes that a summary names: those that a person made, without what follows from them. */
export function mainChanges(changes: FieldChange[]): FieldChange[] {
  const main = changes.filter((change) => !consequences.includes(change.field));
  return main.length ? main : changes;
}

/** A field's value as people read it; '' for none. */
export function valueWords(type: AssetType | undefined, field: string, value: unknown): string {
  if (field === 'geometry') return placeWords(value);
  if (families[field] && value) return tValue(families[field], value);
  if (field === 'year') return String(value ?? '');
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return formatTime(value);
  const options = type && controlsOf(type).find((c) => c.name === field)?.options;
  const known = type?.fields.find((f) => f.name === field) ?? { name: field, label: { id: field, en: field }, sensitivity: 'public' as const, widget: 'text', ...(options?.length && { options }) };
  return fieldText(known, value) ?? '';
}

/** Fields whose values have words of their own, by how those begin. */
const families: Record<string, string> = { taken_by: 'taken', placement: 'placement', kind: 'kind', boundary_status: 'boundary' };

/** An asset's point, or how large an area is. */
function placeWords(value: unknown): string {
  const place = value as { coordinates?: [number, number]; area_ha?: number } | null;
  if (place?.area_ha !== undefined) return `${formatNumber(place.area_ha, 1)} ha`;
  return place?.coordinates ? formatPoint(place.coordinates) : t('is_without_point');
}

/** A change in one line: "Strata: Madya → Purnama"; what is new stands alone. */
export function changeWords(type: AssetType | undefined, change: FieldChange, movedMetres: number | null = null): string {
  const label = fieldLabel(type, change);
  if (change.field === 'geometry' && movedMetres !== null && change.before && change.after) return `${label}: ${t('moved', { m: formatNumber(movedMetres) })}`;
  const [before, after] = [change.before, change.after].map((value) => valueWords(type, change.field, value));
  return `${label}: ${isEmpty(change.before) ? after : `${before} → ${after || t('empty_value')}`}`;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The fields that differ, each with its value before and after; `beside` adds to a field what belongs to it. */
export function changeList(type: AssetType | undefined, changes: FieldChange[], movedMetres: number | null, beside: (change: FieldChange) => Node | null = () => null): HTMLElement {
  const rows = changes.map((change) => {
    const before = valueWords(type, change.field, change.before) || t('empty_value');
    const after = valueWords(type, change.field, change.after) || t('empty_value');
    return h(
      'div.change',
      { 'data-field': change.field },
      h('dt', null, fieldLabel(type, change)),
      h(
        'dd',
        null,
        !isEmpty(change.before) && h('span.was', null, h('span.sr', null, t('was')), h('del', null, before)),
        h('span.becomes', null, h('span.sr', null, t('becomes')), h('ins', null, after)),
        change.field === 'geometry' && movedMetres !== null && h('span.small.quiet', null, t('moved', { m: formatNumber(movedMetres, movedMetres < 10 ? 1 : 0) })),
        beside(change),
      ),
    );
  });
  return h('dl.changes', null, ...rows);
}
