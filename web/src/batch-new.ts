import { Problem } from './api';
import type { App } from './app';
import { ask } from './ask';
import type { Batch } from './batch';
import { h } from './dom';
import { type Fields, makeFields } from './fields';
import { control, type Control, type Values, whyControl } from './form';
import { t } from './i18n';
import { lastEnded, lastPeriods, periodWords, today } from './period';
import { type Registry, type Source, sourcesFor } from './registry';
import { areaControl } from './scope';

/** How many periods back can be chosen. */
const back = { year: 4, quarter: 6, month: 6, date: 1 } as const;

/** Asks of which area, source and period figures are to be put in, and opens their batch. */
export function askNew(app: App, registry: Registry): void {
  const sources = sourcesFor(app.session, registry);
  const own = (app.session.account?.grants ?? []).find((grant) => grant.role === 'pic' && grant.area_code.length === 13);
  let closed = false;
  const asked = changing({ area: own?.area_code ?? null, source: sources[0]?.code ?? '', period: overOf(sources[0]) }, (code) => overOf(sources.find((source) => source.code === code)), (values) => [
    areaOf(app, own),
    control('source', 'Sumber', 'Source', { kind: 'select', required: true, options: sources.map(({ code, label }) => ({ value: code, label })) }),
    control('period', 'Periode', 'Period', { kind: 'select', required: true, options: periodsOf(sources.find((source) => source.code === values.source)) }),
    ...(closed ? [whyControl] : []),
  ]);
  ask(app, {
    id: 'new-dialog',
    title: t('batch_new'),
    told: [t('batch_new_told')],
    fields: asked.fields,
    go: t('batch_begin'),
    send: async ({ area, source, period, why }) => {
      try {
        const batch = await app.api.write<Batch>('POST', '/api/batches', { area_code: area, source, period, ...(why ? { reason: why } : {}) });
        app.view('angka', String(batch.id));
      } catch (error) {
        const waits = error instanceof Problem && error.slug === 'waiting' ? error.body.batch : null;
        if (waits) return app.view('angka', String(waits));
        if (error instanceof Problem && error.errors.some(({ pointer }) => pointer === '/reason')) {
          closed = true; // it is a correction: why is asked then
          asked.again();
        }
        throw error;
      }
    },
  });
}

function areaOf(app: App, own: { area_code: string; area_name: string } | undefined): Control {
  const { picker, ...rest } = areaControl(app, { id: 'Wilayah', en: 'Area' }, { required: true });
  return { ...rest, name: 'area', ...(picker && { picker: { ...picker, ...(own && { chosen: { value: own.area_code, label: own.area_name } }) } }) };
}

/** The period of a source that is over. */
function overOf(source: Source | undefined): string {
  const kind = source?.periods[0];
  return kind ? lastEnded(kind) : '';
}

function periodsOf(source: Source | undefined): Control['options'] {
  const periods = (source?.periods ?? []).flatMap((kind) => lastPeriods(kind, today(), back[kind]));
  return periods.map((period) => ({ value: period, label: { id: periodWords(period), en: periodWords(period) } }));
}

/** Questions that follow from the source: they are made again when it changes, with the period that is over. */
function changing(start: Values, periodFor: (source: unknown) => string, controls: (values: Values) => Control[]): { fields: Fields; again: () => void } {
  const node = h('div');
  let source = start.source;
  let made: Fields;
  const draw = (values: Values): void => {
    made = makeFields(controls(values), values, changed, {}, 'new-');
    node.replaceChildren(made.node);
  };
  const changed = (): void => {
    const values = made.peek();
    if (values.source === source) return;
    source = values.source;
    draw({ ...values, period: periodFor(source) });
    made.focus('source');
  };
  draw(start);
  const fields: Fields = { node, read: () => made.read(), peek: () => made.peek(), blame: (name, message) => made.blame(name === 'area_code' ? 'area' : name === 'reason' ? 'why' : name, message), clear: () => made.clear(), focus: (name) => made.focus(name) };
  return { fields, again: () => draw(made.peek()) };
}
