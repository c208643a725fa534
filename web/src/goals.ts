import { Problem } from './api';
import { type App, typeOf } from './app';
import { ask } from './ask';
import { h } from './dom';
import { formatNumber, t, tText } from './i18n';
import { download } from './share';
import type { Row, Village } from './standing';
import { type Column, table } from './table';
import { attempt } from './view';

interface Goal {
  area_code: string;
  type: string;
  target?: number | null;
  due?: string | null;
}

/** A field for every village and type, and one due day for all of them. `done` runs after saving, or when nothing is to be saved. */
export function goalEditor(app: App, villages: Village[], types: string[], done: (saved: boolean) => void): HTMLElement {
  const rows = villages.flatMap((village) => village.rows);
  const inputs = new Map(rows.map((row) => [row, goalInput(app, row)]));
  const dues = [...new Set(rows.map((row) => row.due ?? ''))];
  const oneDue = dues.length === 1 ? dues[0]! : '';
  const due = h('input.input', { type: 'date', id: 'goal-due', value: oneDue });
  const columns: Column<Village>[] = [
    { key: 'village', label: t('progress_village'), cell: (village) => h('strong', null, village.name) },
    ...types.map((type) => ({
      key: type,
      label: tText(typeOf(app, type)?.label) || type,
      cell: (village: Village) => inputs.get(village.rows.find((row) => row.type === type)!) ?? '',
    })),
  ];
  const changed = (): Goal[] => rows.map((row) => change(row, inputs.get(row)!.value, due.value !== oneDue ? due.value : null)).filter((goal) => goal !== null);
  const save = async (): Promise<void> => {
    const targets = changed();
    if (!targets.length) app.toast(t('progress_targets_same'));
    else {
      const { changed: n } = await app.api.write<{ changed: number }>('PUT', '/api/progress/targets', { targets });
      app.toast(t('progress_targets_saved', { n: formatNumber(n) }), { good: true });
    }
    done(targets.length > 0);
  };
  const go = h('button.button.primary', { type: 'submit', id: 'goals-save' }, t('progress_targets_save'));
  return h(
    'form.goals',
    { id: 'goals', onsubmit: (event: Event) => (event.preventDefault(), void attempt(app, save, go)) },
    h('p.small.quiet', null, t('progress_targets_help')),
    h('div.field', null, h('label.label', { for: 'goal-due' }, t('progress_targets_due')), due, dues.length > 1 && h('p.small.quiet', null, t('progress_targets_dues'))),
    table(t('progress_targets'), columns, villages, { key: '', down: false }, (village) => village.code),
    h('div.row.bottom', null, go, h('button.button', { type: 'button', onclick: () => done(false) }, t('cancel'))),
  );
}

function goalInput(app: App, row: Row): HTMLInputElement {
  return h('input.input.goal', {
    type: 'number',
    min: 0,
    max: 100000,
    step: 1,
    inputmode: 'numeric',
    value: row.target ?? '',
    'data-key': `goal-${row.area_code}-${row.type}`,
    'aria-label': t('progress_targets_of', { type: tText(typeOf(app, row.type)?.label), name: row.area_name }),
  });
}

/** What of a row is another goal now; null when nothing is. `due` is null where it stays. */
function change(row: Row, typed: string, due: string | null): Goal | null {
  const target = typed === '' ? null : Number(typed);
  const goal: Goal = { area_code: row.area_code, type: row.type };
  if (target !== row.target) goal.target = target;
  if (due !== null && due !== (row.due ?? '')) goal.due = due || null;
  return 'target' in goal || 'due' in goal ? goal : null;
}

/** Takes targets from a CSV file; nothing is changed when a line of it is refused, and each refusal is told with its line. */
export function importGoals(app: App, villages: Village[], done: () => void): void {
  const file = h('input.input', { type: 'file', id: 'goal-file', accept: '.csv,text/csv,text/plain' });
  const lines = villages.flatMap((village) => village.rows.map((row) => [row.area_code, row.type, row.target ?? '', row.due ?? ''].join(',')));
  const template = ['kode_wilayah,jenis,target,tenggat', ...lines, ''].join('\r\n');
  ask(app, {
    id: 'goal-import',
    title: t('progress_import'),
    told: [
      t('progress_import_help'),
      h('button.button', { type: 'button', onclick: () => download('target-patok.csv', 'text/csv', template) }, t('progress_import_template')),
      h('div.field', null, h('label.label', { for: 'goal-file' }, t('progress_import_file')), file),
    ],
    go: t('progress_import_go'),
    send: async () => {
      const chosen = file.files?.[0];
      if (!chosen) throw new Problem(422, { detail: t('progress_import_no_file') });
      const { data } = await app.api.send<{ changed: number }>('/api/progress/targets', { method: 'PUT', type: 'text/csv', body: await chosen.text() });
      app.toast(t('progress_targets_saved', { n: formatNumber(data.changed) }), { good: true });
      done();
    },
  });
}
