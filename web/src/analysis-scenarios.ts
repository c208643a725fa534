import { ask } from './ask';
import { choice, refill } from './analysis-fields';
import { type CoverageRequest, type CoverageResult, rtOf, stateOf } from './analysis-run';
import { percent, serviceWords, sharePercent, unitOf } from './analysis-coverage';
import { home, type Stage } from './analysis-stage';
import { h } from './dom';
import { control } from './form';
import { formatDate, formatNumber, formatTime, t } from './i18n';
import { periodWords } from './period';
import { copy } from './share';
import { attempt } from './view';

/** A question with its result, kept under a name. */
export interface Scenario {
  id: number;
  name: string;
  by: { id: number; name: string; title: string };
  shared: boolean;
  area_code: string;
  request: CoverageRequest;
  result: CoverageResult;
  revision: number;
  created_at: string;
  changed_at: string;
  version: number;
  mine: boolean;
}

/** Reads a scenario and asks its question; the answer is the one that was kept. */
export async function openScenario(stage: Stage, id: number): Promise<Scenario> {
  const scenario = await read(stage.app.api, id);
  Object.assign(stage.state.coverage, stateOf(scenario.request, home(stage)), { scenario: id });
  return scenario;
}

function read(api: Stage['app']['api'], id: number): Promise<Scenario> {
  return api.get<Scenario>(`/api/scenarios/${id}`);
}

/** What may be done with a result: keep it, open others, lay two side by side. `opened` gets another result, or null to ask again. */
export function scenarioBox(stage: Stage, result: CoverageResult, opened: (result: CoverageResult | null) => void): HTMLElement {
  const { app, state } = stage;
  const list = h('div.stack');
  const beside = h('div');
  const box = h('section.block.scenarios', { id: 'scenarios' }, h('h3', null, t('scenarios')), list, beside);
  const fill = async (): Promise<void> => {
    const { scenarios } = await app.api.get<{ scenarios: Scenario[] }>('/api/scenarios').catch(() => ({ scenarios: [] as Scenario[] }));
    const open = scenarios.find((s) => s.id === state.coverage.scenario);
    refill(
      list,
      open ? openLine(stage, open, opened, () => void fill()) : h('button.button', { type: 'button', id: 'scenario-save', onclick: () => save(stage, result, opened) }, t('scenario_save')),
      scenarios.length ? scenarioChoice('scenario-open', t('scenario_open'), t('scenario_none'), scenarios, state.coverage.scenario, (id) => void go(id)) : h('p.small.quiet', null, t('scenario_empty')),
      scenarios.some((s) => s.id !== state.coverage.scenario) ? scenarioChoice('scenario-beside', t('scenario_beside'), t('scenario_no_beside'), scenarios.filter((s) => s.id !== state.coverage.scenario), state.coverage.beside, (id) => void lay(id)) : null,
    );
    if (state.coverage.beside) await lay(state.coverage.beside);
  };
  const go = async (id: number | null): Promise<void> => {
    Object.assign(state.coverage, { scenario: id, beside: null });
    if (!id) return opened(null);
    await attempt(app, async () => opened((await openScenario(stage, id)).result));
  };
  const lay = async (id: number | null): Promise<void> => {
    state.coverage.beside = id;
    stage.keep();
    if (!id) return beside.replaceChildren();
    await attempt(app, async () => {
      const other = await read(app.api, id);
      const name = list.querySelector('#scenario-name')?.textContent ?? t('scenario_now');
      beside.replaceChildren(comparison(stage, { name, result }, other));
    });
  };
  void fill();
  return box;
}

function scenarioChoice(id: string, label: string, none: string, scenarios: Scenario[], chosen: number | null, act: (id: number | null) => void): HTMLElement {
  const options = scenarios.map((s) => ({ value: String(s.id), label: `${s.name}${s.mine ? '' : ` (${byWords(s)})`}` }));
  return choice(id, label, String(chosen ?? ''), [{ value: '', label: none }, ...options], (value) => act(value ? Number(value) : null));
}

function byWords({ by }: Scenario): string {
  return by.title || by.name;
}

/** The scenario that is open: whose, of when, its files, and what its owner may do with it. */
function openLine(stage: Stage, scenario: Scenario, opened: (result: CoverageResult | null) => void, again: () => void): HTMLElement {
  const { app, state } = stage;
  const file = (extension: string): HTMLElement => h('a.button', { href: `/api/scenarios/${scenario.id}.${extension}`, download: '', 'data-key': `scenario-${extension}` }, extension.toUpperCase());
  const share = (): Promise<void> =>
    attempt(app, async () => {
      await app.api.write('PATCH', `/api/scenarios/${scenario.id}`, { version: scenario.version, shared: !scenario.shared });
      if (!scenario.shared) await copy(app, location.href);
      again();
    });
  const drop = (): void =>
    ask(app, {
      id: 'scenario-drop-dialog',
      title: t('scenario_drop'),
      told: [t('scenario_drop_sure', { name: scenario.name })],
      go: t('scenario_drop'),
      danger: true,
      send: async () => {
        await app.api.write('DELETE', `/api/scenarios/${scenario.id}`);
        Object.assign(state.coverage, { scenario: null, beside: null });
        opened(null);
      },
    });
  return h(
    'div.stack',
    null,
    h('p', null, h('strong', { id: 'scenario-name' }, scenario.name), h('span.small.quiet', null, ` ${t(scenario.shared ? 'scenario_shared' : 'scenario_private')} · ${byWords(scenario)} · ${formatDate(scenario.created_at)}`)),
    h('div.row', null, file('xlsx'), file('csv'), file('geojson')),
    h(
      'div.row',
      null,
      scenario.mine && h('button.button', { type: 'button', id: 'scenario-share', onclick: () => void share() }, t(scenario.shared ? 'scenario_unshare' : 'scenario_share')),
      scenario.mine && h('button.button.danger', { type: 'button', id: 'scenario-drop', onclick: drop }, t('scenario_drop')),
    ),
  );
}

function save(stage: Stage, result: CoverageResult, opened: (result: CoverageResult | null) => void): void {
  ask(stage.app, {
    id: 'scenario-dialog',
    title: t('scenario_save'),
    told: [h('p.small.quiet', null, t('scenario_help'))],
    controls: [control('name', 'Nama', 'Name', { required: true, maxLength: 120 }), control('shared', 'Siapa yang dapat membukanya', 'Who can open it', { kind: 'select', required: true, options: [{ value: 'no', label: { id: 'Hanya saya', en: 'Only me' } }, { value: 'yes', label: { id: 'Rekan yang boleh menganalisis wilayah ini', en: 'Colleagues who may analyse this area' } }] })],
    values: { shared: 'no' },
    go: t('scenario_save'),
    send: async ({ name, shared }) => {
      const { scenario } = await stage.app.api.write<{ scenario: Scenario }>('POST', '/api/scenarios', { name, area_code: result.request.area, shared: shared === 'yes', request: result.request });
      stage.state.coverage.scenario = scenario.id;
      opened(scenario.result ?? result);
      stage.app.toast(t('scenario_saved'), { good: true });
    },
  });
}

/** Two results side by side, line by line; what differs stands out. */
export function comparison(stage: Stage, left: { name: string; result: CoverageResult }, right: { name: string; result: CoverageResult }): HTMLElement {
  const both = [left, right].map(({ result }) => lines(stage, result));
  const rows = both[0]!.map(([label, value], i) => {
    const other = both[1]![i]![1];
    return h('tr', { class: value === other ? null : 'differs' }, h('th', { scope: 'row' }, label), h('td', null, value), h('td', null, other));
  });
  return h(
    'div.scroll',
    { tabindex: 0, role: 'region', 'aria-label': t('scenario_beside') },
    h('table.side-by-side', { id: 'side-by-side' }, h('thead', null, h('tr', null, h('td'), h('th', { scope: 'col' }, left.name), h('th', { scope: 'col' }, right.name))), h('tbody', null, ...rows)),
  );
}

function lines({ app, registry }: Stage, { request, total, distance, sites, as_of }: CoverageResult): [string, string][] {
  const state = { desil: [1, 4] as [number, number], ...stateOf(request, '') };
  const metres = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : `${formatNumber(value)} m`);
  const after = sites?.at(-1);
  return [
    [t('analysis_demand'), unitOf(registry, { demand: state.demand ?? 'families', desil: state.desil })],
    [t('analysis_period'), state.period ? periodWords(state.period) : '–'],
    [t('analysis_service'), serviceWords(app, request.supply.type)],
    [t('analysis_radius'), metres(request.radius_m)],
    [t('analysis_detour'), formatNumber(request.detour, 2)],
    [t('analysis_total'), formatNumber(total.weight)],
    [t('analysis_gap'), formatNumber(total.weight - total.covered)],
    [t('analysis_covered'), percent(sharePercent(total.covered, total.weight))],
    [t('analysis_median'), metres(distance?.p50)],
    [t('analysis_p90'), metres(distance?.p90)],
    [t('analysis_sites'), (sites ?? []).map((site) => `${site.rank}. ${(site.candidate?.place && rtOf(site.candidate.place)) || site.candidate?.name || t('analysis_site_n', { n: site.rank })} (+${formatNumber(site.gain)})`).join('; ') || '–'],
    [t('analysis_after'), after ? percent(100 * after.share_after) : '–'],
    [t('analysis_data'), formatTime(as_of)],
  ];
}
