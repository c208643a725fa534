import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';
import { AttributionControl, Map as GLMap, NavigationControl, ScaleControl, setWorkerUrl, type VectorTileSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { areaLevels, type BBox, type Feature, isArea, type Item, type LonLat } from './api';
import { aim, assetLayers, type Hit } from './aim';
import { type App, editAreas, pointOf } from './app';
import { areaSource, areaSources, nearZoom } from './areas';
import { addBadges } from './badges';
import { type Cluster, clusterLayer, clusterWords, countShown, showClusters } from './clusters';
import { h } from './dom';
import { drawComparison, drawWaiting, type Places, type WaitingPoint } from './marks';
import { addWords, t } from './i18n';
import { drawRings } from './rings';
import { drawShares } from './shade';
import { assetFilter, mapStyle } from './style';
import { makeTip } from './tip';
import * as words from './words-map';

addWords(words);

/** What the rest of the page asks of the map. */
export interface MapView {
  view(): { zoom: number; lat: number; lon: number };
  center(): LonLat;
  zoom(): number;
  /** Goes there at once. */
  jump(center: LonLat, zoom?: number): void;
  /** Goes there so that the eye can follow. */
  fly(center: LonLat, zoom: number): void;
  fit(bbox: BBox): void;
  /** Marks what is open, and goes there when asked or when it is out of sight. */
  show(item: Item | null, feature: Feature | null, fly: boolean): void;
  hide(layers: Set<string>): void;
  /** Lifts the areas that this account may edit. */
  own(): void;
  /** Asks for the tiles again; what is unchanged comes back as 304 and nothing flickers. */
  refresh(assets: boolean, areas: boolean): void;
  /** Calls back on every move, saying whether a person made it; returns what stops that. */
  onMove(call: (byPerson: boolean) => void): () => void;
  /** Draws a point's old and new place with the distance between them; null takes it away. */
  compare(places: Places | null): void;
  /** Draws a ring where each of these waits for review; a tap opens it. */
  waiting(points: WaitingPoint[], open: (id: number) => void): void;
  /** Colours villages by a share from 0 to 1, by their ids; null takes the colours away. */
  shade(shares: Map<number, number> | null): void;
  /** While placing or analysing, taps open nothing. */
  placing(on: boolean): void;
  /** The map itself, for a view that draws layers of its own and takes them away when it is left. */
  readonly gl: GLMap;
}

interface Calls {
  moved(): void;
  tapped(item: Item | null): void;
  piled(features: Feature[]): void;
}

interface State {
  placing: boolean;
  openWaiting: (id: number) => void;
}

const indonesia: BBox = [94.9, -11.1, 141.1, 6.2];

/** Makes the map in this element; null where the browser cannot draw it. */
export async function makeMap(app: App, container: HTMLElement, at: { zoom?: number; lat?: number; lon?: number }, calls: Calls): Promise<MapView | null> {
  if (!document.createElement('canvas').getContext('webgl2')) return null;
  setWorkerUrl(workerUrl);
  const start =
    at.zoom !== undefined ? { center: [at.lon!, at.lat!] as LonLat, zoom: at.zoom } : { bounds: app.session.city?.bbox ?? indonesia, fitBoundsOptions: { padding: 24 } };
  let map: GLMap;
  try {
    map = new GLMap({
      container,
      style: mapStyle(app.types, app.session.settings?.basemap ?? null),
      ...start,
      maxZoom: 20,
      minZoom: 3,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      attributionControl: false,
      fadeDuration: 150,
      locale: {
        'Map.Title': t('map'),
        'NavigationControl.ZoomIn': t('zoom_in'),
        'NavigationControl.ZoomOut': t('zoom_out'),
        'AttributionControl.ToggleAttribution': t('attribution'),
        'ScaleControl.Meters': t('metres'),
        'ScaleControl.Kilometers': t('kilometres'),
      },
    });
  } catch {
    return null;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new ScaleControl({ maxWidth: 96 }), 'bottom-left');
  if (app.session.settings?.basemap) map.addControl(new AttributionControl({ compact: true }), 'bottom-left');
  await new Promise<void>((done) => map.once('style.load', () => done()));
  drawRings(map, app.types.map((type) => type.color));
  void addBadges(map, app.types);

  tellState(app, map);
  map.on('moveend', () => calls.moved());
  const state: State = { placing: false, openWaiting: () => {} };
  watchTaps(app, map, calls, state);

  const view = makeView(app, map, state);
  view.hide(app.hidden);
  view.own();
  return view;
}

/** Keeps on <html> what the map shows, for tests and for who looks from outside. */
function tellState(app: App, map: GLMap): void {
  const root = document.documentElement;
  const say = (): void => {
    const { lng, lat } = map.getCenter();
    root.dataset.center = `${lat.toFixed(7)},${lng.toFixed(7)}`;
    root.dataset.zoom = map.getZoom().toFixed(3);
  };
  map.on('move', say);
  map.on('idle', () => {
    root.dataset.map = 'ready';
    root.dataset.drawn = [...new Set(map.queryRenderedFeatures({ layers: ['assets-speck', ...assetLayers] }).map((f) => f.id))].sort().join(' ');
    root.dataset.clusters = [...new Map(map.queryRenderedFeatures({ layers: [clusterLayer] }).map((f) => [f.id, countShown(f.properties as Cluster, app.types, app.hidden)])).values()].join(' ');
  });
  say();
  // Tiles that did not come are asked for again; the page says elsewhere that the connection is lost.
  map.on('error', ({ error }) => (root.dataset.mapError = error.message));
}

/** A tap opens what is under the finger, Enter what is in the middle of the map, which is said there as the map is moved by keys. */
function watchTaps(app: App, map: GLMap, calls: Calls, state: State): void {
  const canvas = map.getCanvas();
  const tip = makeTip(map);
  const said = h('p.sr', { role: 'status' });
  map.getContainer().append(said);
  const wordsOf = (hit: Hit): string => (!hit ? '' : 'cluster' in hit ? clusterWords(hit.cluster, app.types, app.hidden) : 'assets' in hit ? String(hit.assets[0].properties.name) : '');
  const middle = (): { x: number; y: number } => map.project(map.getCenter());
  map.on('click', ({ point }) => {
    if (!state.placing) act(map, aim(map, point), calls, state);
  });
  canvas.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !state.placing) act(map, aim(map, middle()), calls, state);
  });
  const tell = (): void => {
    said.textContent = document.activeElement === canvas && !state.placing ? wordsOf(aim(map, middle())) : '';
  };
  map.on('idle', tell);
  canvas.addEventListener('focus', tell);
  map.on('mousemove', ({ point }) => {
    if (state.placing) return tip.say('');
    const over = map.queryRenderedFeatures(point, { layers: [clusterLayer, ...assetLayers] })[0];
    canvas.style.cursor = over ? 'pointer' : '';
    tip.say(over?.properties.cluster ? clusterWords(over.properties as Cluster, app.types, app.hidden) : '', point);
  });
  map.on('mouseout', () => tip.say(''));
  map.on('movestart', () => tip.say(''));
}

/** Opens what was hit; a cluster parts by going nearer. */
function act(map: GLMap, hit: Hit, calls: Calls, state: State): void {
  if (!hit) return calls.tapped(null);
  if ('waiting' in hit) return state.openWaiting(hit.waiting);
  if ('area' in hit) return calls.tapped(hit.area);
  if ('cluster' in hit) return void map.easeTo({ center: hit.at, zoom: Math.max(hit.cluster.expansion_zoom, Math.floor(map.getZoom()) + 1), duration: 700 });
  const [first] = hit.assets;
  if (hit.assets.length > 1) calls.piled(hit.assets);
  else calls.tapped({ collection: String(first.properties.type), id: first.id });
}

function makeView(app: App, map: GLMap, state: State): MapView {
  const point = (at: LonLat | null, held = ''): void => {
    const source = map.getSource('picked') as import('maplibre-gl').GeoJSONSource;
    source.setData({ type: 'FeatureCollection', features: at ? [{ type: 'Feature', properties: { held }, geometry: { type: 'Point', coordinates: at } }] : [] });
  };
  const area = (level: string, code: string): void => {
    for (const id of ['picked-fill', 'picked-line']) {
      map.setFilter(id, ['==', ['get', 'code'], code]);
      const layer = map.getLayer(id);
      if (layer && layer.sourceLayer !== level) replaceSourceLayer(map, id, level, code);
    }
  };
  const again = (names: string[]): (() => void) =>
    paced(300, () => {
      for (const name of names) {
        const source = map.getSource(name) as VectorTileSource;
        source.setTiles(source.tiles);
      }
    });
  const [assetsAgain, areasAgain] = [again(['assets']), again(Object.keys(areaSources))];
  return {
    view: () => ({ zoom: map.getZoom(), lat: map.getCenter().lat, lon: map.getCenter().lng }),
    center: () => [map.getCenter().lng, map.getCenter().lat],
    zoom: () => map.getZoom(),
    jump: (center, zoom) => void map.jumpTo({ center, ...(zoom !== undefined && { zoom }) }),
    fly: (center, zoom) => void map.flyTo({ center, zoom, duration: 700 }),
    fit: (bbox) => void map.fitBounds(bbox, { padding: 24, duration: 700 }),
    show(item, feature, fly) {
      const at = feature && item && !isArea(item.collection) ? pointOf(feature) : null;
      // What is kept back is in no tile: it is drawn with its mark, and its claimed area with it.
      const held = at && feature?.properties.placement === 'held' ? feature.properties : null;
      point(at, held ? `asset-${String(held.type)}` : '');
      area(item && isArea(item.collection) ? item.collection : 'kelurahan', item && isArea(item.collection) ? String(feature?.properties.code) : String(held?.area_code ?? ''));
      if (at && (fly || !map.getBounds().contains(at))) map.flyTo({ center: at, zoom: held ? zoomToSee(Number(held.outside_m)) : Math.max(map.getZoom(), 16), duration: 700 });
      else if (fly && feature?.geometry) map.fitBounds(extent(feature.geometry), { padding: 32, duration: 700, maxZoom: 16 });
    },
    hide(layers) {
      for (const id of [...assetLayers, 'assets-name']) map.setFilter(id, assetFilter(app.types, layers));
      map.setFilter('assets-speck', assetFilter(app.types, layers, true));
      showClusters(map, app.types, layers);
      for (const level of areaLevels) {
        for (const kind of ['line', 'label']) {
          if (map.getLayer(`${level}-${kind}`)) map.setLayoutProperty(`${level}-${kind}`, 'visibility', layers.has(level) ? 'none' : 'visible');
        }
      }
    },
    own() {
      const codes = (editAreas(app.session) ?? []).filter((code) => code.length === 13);
      for (const id of ['own-fill', 'own-line']) map.setFilter(id, ['in', ['get', 'code'], ['literal', codes]]);
    },
    refresh(assets, areas) {
      if (assets) assetsAgain();
      if (areas) areasAgain();
    },
    onMove(call) {
      const moved = (event: { originalEvent?: unknown }): void => call(event.originalEvent !== undefined);
      map.on('move', moved);
      return () => void map.off('move', moved);
    },
    compare: (places) => drawComparison(map, places),
    waiting(points, open) {
      state.openWaiting = open;
      drawWaiting(map, points);
    },
    shade: (shares) => drawShares(map, shares),
    placing(on) {
      state.placing = on;
      map.getCanvas().style.cursor = '';
      if (on) point(null);
    },
    gl: map,
  };
}

/** Runs `act` at once, and again when it was called meanwhile, but never more often than every `ms` milliseconds: where hundreds edit, tiles are not asked for at each edit. */
function paced(ms: number, act: () => void): () => void {
  let timer = 0;
  let missed = false;
  const run = (): void => {
    if (timer) return void (missed = true);
    act();
    missed = false;
    timer = window.setTimeout(() => {
      timer = 0;
      if (missed) run();
    }, ms);
  };
  return run;
}

/** A zoom at which a distance of so many metres is about a finger's length on the screen. */
function zoomToSee(metres: number): number {
  return Math.max(10, Math.min(16, 16 - Math.log2(Math.max(metres, 1) / 250)));
}

/** What a layer is drawn from cannot be changed: it is made again at its place. */
function replaceSourceLayer(map: GLMap, id: string, level: string, code: string): void {
  const layers = map.getStyle().layers;
  const at = layers.findIndex((layer) => layer.id === id);
  const before = layers[at + 1]?.id;
  map.removeLayer(id);
  map.addLayer({ ...layers[at], source: areaSource(level), 'source-layer': level, minzoom: areaSource(level) === 'areas-near' ? nearZoom : 0, filter: ['==', ['get', 'code'], code] } as import('maplibre-gl').LayerSpecification, before);
}

function extent(geometry: unknown): BBox {
  const box: BBox = [180, 90, -180, -90];
  const walk = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    if (typeof c[0] === 'number') {
      box[0] = Math.min(box[0], c[0]);
      box[1] = Math.min(box[1], c[1]);
      box[2] = Math.max(box[2], c[0]);
      box[3] = Math.max(box[3], c[1]);
    } else c.forEach(walk);
  };
  walk((geometry as { coordinates: unknown }).coordinates);
  return box;
}
