import type { ReviewRule, ReviewStep, Settings } from './api';
import type { App } from './app';
import { ask } from './ask';
import { h } from './dom';
import { type Fields, makeFields } from './fields';
import { control, type Values } from './form';
import { t, tValue } from './i18n';
import { roles } from './roles';
import { areaControl } from './scope';

/** What the city calls its roles: empty is what Patok calls them. */
export function roleSettings(app: App): void {
  const names = app.session.settings?.role_names ?? {};
  const values: Values = {};
  for (const role of roles) Object.assign(values, { [`${role}_id`]: names[role]?.id ?? null, [`${role}_en`]: names[role]?.en ?? null });
  ask(app, {
    id: 'role-dialog',
    title: t('role_settings'),
    told: [h('p.small.quiet', null, t('role_settings_help'))],
    controls: [
      ...roles.map((role) => control(`${role}_id`, tValue('role', role), tValue('role', role), { maxLength: 60 })),
      ...roles.map((role) => control(`${role}_en`, `${tValue('role', role)}, bahasa Inggris`, `${tValue('role', role)}, in English`, { maxLength: 60, more: true })),
    ],
    values,
    go: t('save'),
    send: (said) => {
      const named = roles.filter((role) => said[`${role}_id`] || said[`${role}_en`]);
      const text = (role: string, lang: 'id' | 'en'): unknown => said[`${role}_${lang}`] ?? said[`${role}_id`] ?? said[`${role}_en`];
      return put(app, { role_names: Object.fromEntries(named.map((role) => [role, { id: text(role, 'id'), en: text(role, 'en') }])) as NonNullable<Settings['role_names']> });
    },
  });
}

async function put(app: App, settings: Partial<Settings>): Promise<void> {
  await app.api.write('PUT', '/api/settings', settings);
  app.entered({ ...app.session, settings: { basemap: null, ...app.session.settings, ...settings } });
  app.toast(t('saved'), { good: true });
}

/** The ways that are offered; a rule that the API made otherwise is shown as it is. */
const ways: ReviewStep[][] = [[], ['kelurahan'], ['kelurahan', 'kecamatan'], ['kelurahan', 'agency']];

/** In one word of the page's list: at once, lurah, lurah then kecamatan. */
function wayWords(steps: ReviewStep[]): string {
  const words = steps.map((step) => tValue('step', step)).join(t('then')) || t('at_once');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Which edits wait for whom before they are published. */
export function reviewSettings(app: App): void {
  const list = h('div.stack', { id: 'rules' });
  const none = h('p.empty', null, t('rules_none'));
  let rules: Fields[] = [];
  let made = 0;
  const add = (rule: ReviewRule): Fields => {
    const fields = ruleFields(app, rule, made++);
    const row = h('fieldset.rule', null, h('legend.sr', null, t('rule')), fields.node, h('button.button.plain', { type: 'button', onclick: () => drop(fields, row) }, t('rule_drop')));
    rules.push(fields);
    list.append(row);
    none.hidden = true;
    return fields;
  };
  const drop = (fields: Fields, row: HTMLElement): void => {
    rules = rules.filter((f) => f !== fields);
    row.remove();
    none.hidden = rules.length > 0;
  };
  const more = h('button.button', { type: 'button', id: 'rule-add', onclick: () => add({ type: null, area: null, steps: ['kelurahan'] }).focus('type') }, t('rule_add'));
  for (const rule of app.session.settings?.review ?? []) add(rule);
  ask(app, {
    id: 'review-dialog',
    title: t('review_settings'),
    told: [h('p', null, t('review_help'))],
    fields: whole(h('div.stack', null, none, list, more, h('p.small.quiet', null, t('review_order'))), () => rules),
    go: t('save'),
    send: () => put(app, { review: rules.map((fields) => ruleOf(fields.peek())) }),
  });
}

/** Several sets of fields as one. What the server says of one rule is said above all. */
function whole(node: HTMLElement, parts: () => Fields[]): Fields {
  return { node, read: () => (parts().map((f) => f.read()).includes(null) ? null : {}), peek: () => ({}), blame: () => false, clear: () => {}, focus: () => {} };
}

function ruleFields(app: App, rule: ReviewRule, n: number): Fields {
  const way = rule.steps.join();
  const offered = ways.some((steps) => steps.join() === way) ? ways : [...ways, rule.steps];
  const options = offered.map((steps) => ({ value: steps.join() || 'none', label: { id: wayWords(steps), en: wayWords(steps) } }));
  const types = app.types.map((type) => ({ value: type.name, label: type.plural }));
  const area = rule.area ?? '';
  const picked = areaControl(app, { id: 'Wilayah', en: 'Area' }, { help: { id: 'Kosong: semua wilayah', en: 'None: everywhere' } });
  const controls = [
    control('type', 'Jenis aset', 'Asset type', { kind: 'select', options: [{ value: 'any', label: { id: 'Semua jenis', en: 'All types' } }, ...types] }),
    { ...picked, name: 'area' },
    control('way', 'Pemeriksa', 'Who checks', { kind: 'select', options }),
  ];
  const meaning = h('p.small.quiet', { role: 'status' });
  const fields = makeFields(controls, { type: rule.type ?? 'any', area, way: way || 'none' }, () => mean(), {}, `rule-${n}-`);
  const mean = (): void => void (meaning.textContent = tValue('way', String(fields.peek().way).replaceAll(',', '_')));
  mean();
  fields.node.append(meaning);
  return fields;
}

function ruleOf({ type, area, way }: Values): ReviewRule {
  return { type: type && type !== 'any' ? String(type) : null, area: (area as string | null) ?? null, steps: !way || way === 'none' ? [] : (String(way).split(',') as ReviewStep[]) };
}
