import './batches.css';
import type { App } from './app';
import type { FigureSettings } from './api';
import { ask } from './ask';
import { steps as allSteps, stepWords } from './batch';
import { h } from './dom';
import { type Fields, makeFields } from './fields';
import { control, type Values } from './form';
import { addWords, t, tText } from './i18n';
import type { Registry, Source } from './registry';
import * as words from './words-batches';

addWords(words);

const none: FigureSettings = { public_threshold: 10, internal_threshold: 5, steps: {}, windows: {}, marks: [] };

/** What the city chooses for its figures: thresholds, who looks at which source, until when, and which marks there are. */
export async function figureSettings(app: App): Promise<void> {
  const { sources } = await app.api.get<Registry>('/api/indicators');
  const now = { ...none, ...app.session.settings?.figures };
  const bounds = { kind: 'number', integer: true, required: true, min: 3, max: 11 } as const;
  const limits = makeFields(
    [
      control('public_threshold', 'Ambang untuk umum', 'Threshold for everybody', { ...bounds, help: { id: 'Angka di atas 0 dan di bawah ambang ini ditulis “<10”.', en: 'Numbers above 0 and below it are written “<10”.' } }),
      control('internal_threshold', 'Ambang untuk pemerintah daerah', 'Threshold for the administration', bounds),
    ],
    { ...now },
    () => {},
    {},
    'figures-',
  );
  const bySource = sources.filter((source) => !source.legacy).map((source) => ({ source, fields: sourceFields(source, now) }));
  const marks = h('textarea.input', { id: 'figures-marks', rows: 6, spellcheck: 'false' });
  marks.value = now.marks.map(({ code, label }) => [code, label.id, label.en].join(' | ')).join('\n');
  const node = h(
    'div.stack',
    null,
    limits.node,
    ...bySource.map(({ source, fields }) => h('details.more', { 'data-source': source.code }, h('summary', null, tText(source.label)), fields.node)),
    h('div.field', null, h('label.label', { for: 'figures-marks' }, t('marks')), h('p.small.quiet', null, t('marks_help')), marks),
  );
  ask(app, {
    id: 'figures-dialog',
    title: t('figure_settings'),
    told: [h('p.small.quiet', null, t('figure_settings_help'))],
    fields: together(node, [limits, ...bySource.map(({ fields }) => fields)]),
    go: t('save'),
    send: async () => {
      const figures = settingsOf(limits.peek(), bySource.map(({ source, fields }) => [source, fields.peek()]), marks.value, now);
      await app.api.write('PUT', '/api/settings', { figures });
      app.entered({ ...app.session, settings: { basemap: null, ...app.session.settings, figures } });
      app.toast(t('saved'), { good: true });
    },
  });
}

/** Several sets of fields as one; what the server says of one is said above all. */
function together(node: HTMLElement, parts: Fields[]): Fields {
  return { node, read: () => (parts.map((fields) => fields.read()).includes(null) ? null : {}), peek: () => ({}), blame: (name, message) => parts[0]!.blame(name, message), clear: () => {}, focus: () => {} };
}

/** Who looks, and between which days of the month after the period. */
function sourceFields(source: Source, now: FigureSettings): Fields {
  const window = now.windows[source.code];
  const day = { kind: 'number', integer: true, min: 1, max: 31 } as const;
  const options = allSteps.map((step) => ({ value: step, label: { id: stepWords(step, 'kelurahan'), en: stepWords(step, 'kelurahan') } }));
  return makeFields(
    [
      control('steps', 'Langkah pemeriksaan', 'Steps', { kind: 'multi', options }),
      control('from_day', 'Diisi mulai hari ke-', 'Put in from day', { ...day, help: { id: 'Hari dalam bulan sesudah periodenya. Kosong: tanpa tenggat.', en: 'Day of the month after the period. Empty: no due day.' } }),
      control('until_day', 'sampai hari ke- (tenggat)', 'until day (due)', day),
    ],
    { steps: now.steps[source.code] ?? source.steps, from_day: window?.from_day ?? null, until_day: window?.until_day ?? null },
    () => {},
    {},
    `figures-${source.code}-`,
  );
}

/** The setting that the answers are. Steps are set where they differ from those in force, or were set before: the server tells those in force. */
export function settingsOf(limits: Values, bySource: [Source, Values][], marks: string, now: FigureSettings): FigureSettings {
  const known = new Set(bySource.map(([source]) => source.code));
  const others = <T>(all: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(all).filter(([code]) => !known.has(code)));
  const figures: FigureSettings = { public_threshold: Number(limits.public_threshold), internal_threshold: Number(limits.internal_threshold), steps: others(now.steps), windows: others(now.windows), marks: marksOf(marks) };
  for (const [source, { steps, from_day, until_day }] of bySource) {
    const chosen = allSteps.filter((step) => (steps as string[]).includes(step));
    if (now.steps[source.code] || chosen.join() !== source.steps.join()) figures.steps[source.code] = chosen;
    if (until_day !== null && until_day !== undefined) figures.windows[source.code] = { from_day: Number(from_day ?? 1), until_day: Number(until_day) };
  }
  return figures;
}

/** Reads "verval | Verifikasi dan validasi | Verified in the field", a mark a line. */
export function marksOf(text: string): FigureSettings['marks'] {
  return text
    .split('\n')
    .map((line) => line.split('|').map((part) => part.trim()))
    .filter(([code]) => code)
    .map(([code = '', id = '', en = '']) => ({ code, label: { id: id || code, en: en || id || code } }));
}
