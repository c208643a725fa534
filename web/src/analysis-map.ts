import type { CircleLayerSpecification, ExpressionSpecification, FillLayerSpecification, FilterSpecification, GeoJSONSource, LineLayerSpecification, Map as GLMap, MapMouseEvent, SymbolLayerSpecification } from 'maplibre-gl';
import type { App } from './app';
import { type AreaLevel, areaSource } from './areas';
import type { LonLat } from './api';
import { h } from './dom';
import { locale, t, tValue } from './i18n';
import { hatchColor, hiddenColor } from './palettes';
import type { Level } from './registry';
import { badgeZoom } from './style';
import { makeTip, type Tip } from './tip';

/** How a place is drawn: filled, hatched over, or with a circle. */
export interface Look {
  color?: string;
  hatch?: boolean;
  radius?: number;
}
/** An RT, or a suggested site with its number. */
export interface Point {
  id: number;
  at: LonLat;
  mark?: string;
}

type State = Record<string, unknown>;
interface Target {
  source: string;
  sourceLayer?: string;
}

const points = 'analysis-points';
const sites = 'analysis-sites';
const none = { type: 'FeatureCollection' as const, features: [] };
const reach = 10; // pixels around a finger
const of = (key: string, fallback: unknown): ExpressionSpecification => ['coalesce', ['feature-state', key], fallback] as unknown as ExpressionSpecification;
const color = (otherwise: string): ExpressionSpecification => ['to-color', ['feature-state', 'color'], otherwise];
/** What lies below what is coloured, and what of it shows the hatching through. */
const [paper, clear] = ['#f7f4ea', 'rgba(0,0,0,0)'];
const marked = (yes: number, no: number): ExpressionSpecification => ['case', ['boolean', ['feature-state', 'marked'], false], yes, no];

/**
 * What an analysis draws on the map. Colours, hatching and circles are states of features that the map has
 * already, so that another indicator changes numbers in memory and fetches nothing.
 */
export class MapLayers {
  private readonly gl: GLMap;
  private readonly app: App;
  private readonly drawn = new Map<string, Map<number, State>>();
  private readonly tip: Tip;
  private level: AreaLevel | '' = '';
  private lifted: Target | null = null;
  /** What a place is called and what is told of it, below the pointer. */
  words: (level: Level, id: number) => string = () => '';
  /** A place was tapped. */
  tapped: (level: Level, id: number) => void = () => {};

  constructor(app: App) {
    this.app = app;
    this.gl = app.map!.gl;
    this.tip = makeTip(this.gl);
    app.map!.placing(true); // a tap belongs to the table now
    this.gl.addSource(points, { type: 'geojson', data: none });
    this.gl.addSource(sites, { type: 'geojson', data: none });
    if (!this.gl.hasImage('analysis-hatch')) this.gl.addImage('analysis-hatch', hatching(), { pixelRatio: 2 });
    this.gl.addLayer(facilityLayer(), 'assets-dot');
    this.gl.setLayoutProperty('assets-dot', 'visibility', 'none');
    for (const layer of pointLayers()) this.gl.addLayer(layer as CircleLayerSpecification, 'analysis-facility');
    for (const layer of siteLayers()) this.gl.addLayer(layer as CircleLayerSpecification);
    this.gl.on('click', this.onClick);
    this.gl.on('mousemove', this.onMove);
    this.gl.on('mouseout', this.onOut);
  }

  /** Colours the areas of a level, by their ids. */
  areas(level: AreaLevel, looks: Map<number, Look>): void {
    if (level !== this.level) this.useLevel(level);
    const circles = new Map([...looks].filter(([, look]) => look.radius !== undefined));
    const fills = new Map([...looks].filter(([, look]) => look.radius === undefined).map(([id, look]) => [id, { color: look.hatch ? clear : look.color }]));
    this.paint({ source: areaSource(level), sourceLayer: level }, fills);
    this.paint({ source: areaSource(level), sourceLayer: `${level}_label` }, circles as Map<number, State>);
    document.documentElement.dataset.looked = String(looks.size);
  }

  /** Draws RT at their points. */
  points(at: Point[], looks: Map<number, Look>): void {
    (this.gl.getSource(points) as GeoJSONSource).setData(collection(at));
    for (const key of [...this.drawn.keys()].filter((key) => key.startsWith(points))) this.drawn.delete(key);
    this.gl.removeFeatureState({ source: points });
    this.paint({ source: points }, looks as Map<number, State>);
  }

  /** Draws these facilities above. */
  facilities(filter: FilterSpecification): void {
    this.gl.setFilter('analysis-facility', filter);
  }

  /** Brings these into sight. */
  fit(at: LonLat[]): void {
    const [lons, lats] = [at.map(([lon]) => lon), at.map(([, lat]) => lat)];
    if (at.length) this.gl.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 48, maxZoom: 16, duration: 0 });
  }

  /** Draws suggested sites with their numbers. */
  sites(at: Point[]): void {
    (this.gl.getSource(sites) as GeoJSONSource).setData(collection(at));
  }

  /** Takes away what colours areas, or what stands at points. */
  clear(what: 'areas' | 'points'): void {
    if (what === 'areas' && this.level) this.areas(this.level, new Map());
    if (what === 'points') this.points([], new Map());
  }

  /** Lifts what is marked in the table, and nothing else. */
  mark(level: Level, ids: number[]): void {
    const target: Target = level === 'rt' ? { source: points } : { source: areaSource(level), sourceLayer: level };
    const { lifted } = this;
    if (lifted && lifted.sourceLayer !== target.sourceLayer) this.states({ ...lifted, key: 'marked' }, lifted, new Map());
    this.lifted = target;
    this.states({ ...target, key: 'marked' }, target, new Map(ids.map((id) => [id, { marked: true }])));
    this.liftAreas(level === 'rt' ? [] : ids);
    document.documentElement.dataset.marked = String(ids.length);
  }

  /** The layer that lifts areas is there only while some are lifted. */
  private liftAreas(ids: number[]): void {
    const there = this.gl.getLayer('analysis-marked');
    if (ids.length && !there && this.level) this.gl.addLayer(markedLayer(this.level), 'analysis-point');
    if (!ids.length && there) this.gl.removeLayer('analysis-marked');
  }

  /** Whether everything is drawn as asked, now or when it is. */
  settled(): Promise<void> {
    return new Promise((done) => {
      this.gl.once('idle', () => done());
      this.gl.triggerRepaint();
    });
  }

  /** Calls back when what was asked for so far has been given to the screen. */
  painted(call: () => void): void {
    void this.gl.once('render', call);
    this.gl.triggerRepaint();
  }

  /** The map as a picture. */
  picture(): HTMLCanvasElement {
    this.gl.redraw();
    const from = this.gl.getCanvas();
    const copy = h('canvas', { width: from.width, height: from.height });
    copy.getContext('2d')!.drawImage(from, 0, 0);
    return copy;
  }

  /** Keeps what is looked at clear of the legend, which covers so many pixels on the left. */
  besides(left: number): void {
    this.gl.setPadding({ left, top: 0, right: 0, bottom: 0 });
  }

  leave(): void {
    this.besides(0);
    this.gl.off('click', this.onClick);
    this.gl.off('mousemove', this.onMove);
    this.gl.off('mouseout', this.onOut);
    this.tip.say('');
    this.useLevel('');
    for (const { id } of [...pointLayers(), ...siteLayers(), facilityLayer()]) this.gl.removeLayer(id);
    this.gl.setLayoutProperty('assets-dot', 'visibility', 'visible');
    this.gl.removeSource(points);
    this.gl.removeSource(sites);
    this.app.map!.placing(false);
    this.app.map!.hide(this.app.hidden);
  }

  private useLevel(level: AreaLevel | ''): void {
    this.liftAreas([]);
    if (this.level) {
      for (const { id } of areaLayers(this.level, false)) this.gl.removeLayer(id);
      for (const sourceLayer of [this.level, `${this.level}_label`]) this.gl.removeFeatureState({ source: areaSource(this.level), sourceLayer });
    }
    this.drawn.clear();
    this.level = level;
    if (!level) return;
    for (const layer of areaLayers(level, Boolean(this.app.session.settings?.basemap))) this.gl.addLayer(layer, layer.type === 'circle' || layer.type === 'symbol' ? 'analysis-point' : 'kelurahan-line');
  }

  private paint(target: Target, looks: Map<number, State>): void {
    this.states({ ...target, key: 'look' }, target, looks);
  }

  /** Tells the map only the states that differ from those before. */
  private states(name: Target & { key: string }, target: Target, next: Map<number, State>): void {
    const key = [name.source, name.sourceLayer, name.key].join();
    const before = this.drawn.get(key) ?? new Map<number, State>();
    for (const [id, state] of before) {
      if (!next.has(id)) for (const field of Object.keys(state)) this.gl.removeFeatureState({ ...target, id }, field);
    }
    for (const [id, state] of next) {
      const was = before.get(id);
      if (was && same(was, state)) continue;
      const lost = Object.fromEntries(Object.keys(was ?? {}).filter((field) => !(field in state)).map((field) => [field, null]));
      this.gl.setFeatureState({ ...target, id }, { ...lost, ...state });
    }
    this.drawn.set(key, next);
  }

  private found({ point: { x, y } }: MapMouseEvent): { level: Level; id: number } | null {
    const box: [[number, number], [number, number]] = [
      [x - reach, y - reach],
      [x + reach, y + reach],
    ];
    const at = this.gl.queryRenderedFeatures(box, { layers: ['analysis-point'] })[0];
    if (at) return { level: 'rt', id: Number(at.id) };
    const area = this.level && this.gl.queryRenderedFeatures([x, y], { layers: ['analysis-fill'] })[0];
    return area ? { level: this.level as AreaLevel, id: Number(area.id) } : null;
  }

  private readonly onClick = (event: MapMouseEvent): void => {
    const found = this.found(event);
    if (!found) return;
    this.tapped(found.level, found.id);
    this.say(event, found);
  };

  private readonly onMove = (event: MapMouseEvent): void => this.say(event, this.found(event));

  private readonly onOut = (): void => this.tip.say('');

  private say({ point }: MapMouseEvent, found: { level: Level; id: number } | null): void {
    const words = found ? this.words(found.level, found.id) : '';
    this.gl.getCanvas().style.cursor = words ? 'pointer' : '';
    this.tip.say(words, point);
  }
}

function same(a: State, b: State): boolean {
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

function collection(at: Point[]): { type: 'FeatureCollection'; features: { type: 'Feature'; id: number; geometry: { type: 'Point'; coordinates: LonLat }; properties: { mark: string } }[] } {
  return { type: 'FeatureCollection', features: at.map(({ id, at: coordinates, mark }) => ({ type: 'Feature', id, geometry: { type: 'Point', coordinates }, properties: { mark: mark ?? '' } })) };
}

/** Not what stands for so many areas where a tile cannot show them all: nobody's colour is painted over it. */
const itself: ExpressionSpecification = ['!', ['has', 'areas']];

function areaLayers(level: AreaLevel, over: boolean): (FillLayerSpecification | LineLayerSpecification | CircleLayerSpecification | SymbolLayerSpecification)[] {
  const from = { source: areaSource(level), 'source-layer': level, filter: itself } as const;
  return [
    // The hatching is below every area, and seen where the colour above it is clear: each layer whose paint
    // depends on states costs as much again when another indicator is shown.
    { id: 'analysis-hatch', type: 'fill', ...from, paint: { 'fill-pattern': 'analysis-hatch', 'fill-opacity': over ? 0.75 : 1 } },
    { id: 'analysis-fill', type: 'fill', ...from, paint: { 'fill-color': color(paper), 'fill-opacity': over ? 0.75 : 1 } },
    { id: 'analysis-border', type: 'line', ...from, paint: { 'line-color': '#7d776a', 'line-width': 0.6 } },
    {
      id: 'analysis-circle',
      type: 'circle',
      ...from,
      'source-layer': `${level}_label`,
      paint: { 'circle-radius': of('radius', 0), 'circle-color': color(clear), 'circle-opacity': 0.8, 'circle-stroke-color': '#17211f', 'circle-stroke-width': ['case', ['>', of('radius', 0), 0], 1, 0] },
    },
    {
      id: 'analysis-nearer',
      type: 'symbol',
      ...from,
      'source-layer': `${level}_label`,
      filter: ['!', itself],
      layout: {
        'text-field': ['concat', `${tValue('level', level)}: `, ['number-format', ['get', 'areas'], { locale }], `\n${t('analysis_nearer')}`],
        'text-font': ['Patok Sans'],
        'text-size': 12,
      },
      paint: { 'text-color': '#17211f', 'text-halo-color': paper, 'text-halo-width': 1.5 },
    },
  ];
}

function markedLayer(level: AreaLevel): LineLayerSpecification {
  return { id: 'analysis-marked', type: 'line', source: areaSource(level), 'source-layer': level, layout: { 'line-join': 'round' }, paint: { 'line-color': '#17211f', 'line-width': marked(3.5, 0) } };
}

function pointLayers(): { id: string; type: 'circle'; source: string; paint: CircleLayerSpecification['paint'] }[] {
  return [
    {
      id: 'analysis-point',
      type: 'circle',
      source: points,
      paint: {
        'circle-color': color(clear),
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, ['*', 0.5, of('radius', 4)], 14, of('radius', 5), 17, ['*', 1.8, of('radius', 5)]],
        'circle-stroke-color': ['case', ['boolean', ['feature-state', 'marked'], false], '#17211f', '#ffffff'],
        'circle-stroke-width': marked(3, 0.8),
      },
    },
  ];
}

function siteLayers(): object[] & { id: string }[] {
  return [
    { id: 'analysis-site', type: 'circle', source: sites, paint: { 'circle-color': '#c2185b', 'circle-radius': 13, 'circle-stroke-color': '#fff', 'circle-stroke-width': 2.5 } },
    { id: 'analysis-site-mark', type: 'symbol', source: sites, layout: { 'text-field': ['get', 'mark'], 'text-font': ['Patok Sans Semibold'], 'text-size': 14, 'text-allow-overlap': true, 'text-ignore-placement': true }, paint: { 'text-color': '#fff' } },
  ];
}

/** Far out, where the map has dots, facilities are small badges: a dot would be taken for an RT. */
function facilityLayer(): SymbolLayerSpecification {
  return {
    id: 'analysis-facility',
    type: 'symbol',
    source: 'assets',
    'source-layer': 'assets',
    maxzoom: badgeZoom,
    layout: { 'icon-image': ['concat', 'asset-', ['get', 'type']], 'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.16, 11.5, 0.27, 13, 0.45], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
  };
}

/** Diagonal lines over white: what may not be told is drawn, and not as a class. */
export function hatching(size = 16): ImageData {
  const canvas = h('canvas', { width: size, height: size });
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = hiddenColor;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = hatchColor;
  pen.lineWidth = size / 8;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
    pen.stroke();
  }
  return pen.getImageData(0, 0, size, size);
}
