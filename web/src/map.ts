import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';
import { AttributionControl, Map as GLMap, type MapGeoJSONFeature, type MapMouseEvent, NavigationControl, ScaleControl, setWorkerUrl, type VectorTileSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { areaLevels, type AssetType, type BBox, type Feature, isArea, type Item, type LonLat } from './api';
import { type App, editAreas, pointOf } from './app';
import { addBadges } from './badges';
import { drawComparison, drawWaiting, type Places, type WaitingPoint } from './marks';
import { t } from './i18n';
import { drawShares } from './shade';
import { assetFilter, mapStyle } from './style';

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
  /** Whether assets of this type are drawn only nearer than now. */
  hides(type: AssetType): boolean;
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
  /** A zoom was passed from which on a type is drawn. */
  zoomed(): void;
}

interface State {
  placing: boolean;
  openWaiting: (id: number) => void;
}

const indonesia: BBox = [94.9, -11.1, 141.1, 6.2];
const reach = 14; // pixels around a finger

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
  void addBadges(map, app.types);

  tellState(map);
  map.on('moveend', () => calls.moved());
  const state: State = { placing: false, openWaiting: () => {} };
  map.on('click', (event) => {
    if (!state.placing) tap(map, event, calls, state);
  });
  map.on('mousemove', (event) => {
    if (state.placing) return;
    const over = map.queryRenderedFeatures(event.point, { layers: ['assets-dot', 'assets-badge'] }).length > 0;
    map.getCanvas().style.cursor = over ? 'pointer' : '';
  });

  const view = makeView(app, map, state);
  view.hide(app.hidden);
  view.own();
  watchZoom(map, () => app.types.filter((type) => view.hides(type)).map((type) => type.name).join(), calls);
  return view;
}

/** Keeps on <html> what the map shows, for tests and for who looks from outside. */
function tellState(map: GLMap): void {
  const root = document.documentElement;
  const say = (): void => {
    const { lng, lat } = map.getCenter();
    root.dataset.center = `${lat.toFixed(7)},${lng.toFixed(7)}`;
    root.dataset.zoom = map.getZoom().toFixed(3);
  };
  map.on('move', say);
  map.on('idle', () => {
    root.dataset.map = 'ready';
    root.dataset.drawn = [...new Set(map.queryRenderedFeatures({ layers: ['assets-dot', 'assets-badge'] }).map((f) => f.id))].sort().join(' ');
  });
  say();
  // Tiles that did not come are asked for again; the page says elsewhere that the connection is lost.
  map.on('error', ({ error }) => (root.dataset.mapError = error.message));
}

/** Says when a zoom was passed that changes which types are too far to be drawn. */
function watchZoom(map: GLMap, far: () => string, calls: Calls): void {
  let before = far();
  map.on('zoom', () => {
    const now = far();
    if (now === before) return;
    before = now;
    calls.zoomed();
  });
}

/** Opens what was tapped: what waits for review, the asset under the finger, a choice among several, or the area. */
function tap(map: GLMap, event: MapMouseEvent, calls: Calls, state: State): void {
  const { x, y } = event.point;
  const box: [[number, number], [number, number]] = [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  const waits = map.queryRenderedFeatures([x, y], { layers: ['waiting-ring'] })[0];
  if (waits) return state.openWaiting(Number(waits.properties.id));
  const away = (f: MapGeoJSONFeature): number => {
    const at = map.project((f.geometry as unknown as { coordinates: LonLat }).coordinates);
    return Math.hypot(at.x - x, at.y - y);
  };
  const found = [...new Map(map.queryRenderedFeatures(box, { layers: ['assets-dot', 'assets-badge'] }).map((f) => [f.id, f])).values()].sort((a, b) => away(a) - away(b));
  const first = found[0];
  if (first) {
    const beside = found.filter((f) => away(f) - away(first) < 4);
    if (beside.length > 1 && map.getZoom() >= 15) {
      calls.piled(beside.map((f) => ({ type: 'Feature', id: Number(f.id), geometry: f.geometry as Feature['geometry'], properties: f.properties as Feature['properties'] })));
    } else calls.tapped({ collection: String(first.properties.type), id: Number(first.id) });
    return;
  }
  const area = map.queryRenderedFeatures([x, y], { layers: areaLevels.map((level) => `${level}-fill`).filter((id) => map.getLayer(id)) })[0];
  calls.tapped(area ? { collection: String(area.sourceLayer), id: Number(area.id) } : null);
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
      const filter = assetFilter(app.types, layers);
      for (const id of ['assets-dot', 'assets-badge', 'assets-name']) map.setFilter(id, filter);
      for (const level of areaLevels) {
        for (const kind of ['line', 'label']) {
          if (map.getLayer(`${level}-${kind}`)) map.setLayoutProperty(`${level}-${kind}`, 'visibility', layers.has(level) ? 'none' : 'visible');
        }
      }
    },
    hides: (type) => map.getZoom() < (type.min_zoom ?? 0),
    own() {
      const codes = (editAreas(app.session) ?? []).filter((code) => code.length === 13);
      for (const id of ['own-fill', 'own-line']) map.setFilter(id, ['in', ['get', 'code'], ['literal', codes]]);
    },
    refresh(assets, areas) {
      for (const name of [assets && 'assets', areas && 'areas']) {
        const source = name ? (map.getSource(name) as VectorTileSource | undefined) : undefined;
        source?.setTiles(source.tiles);
      }
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

/** A zoom at which a distance of so many metres is about a finger's length on the screen. */
function zoomToSee(metres: number): number {
  return Math.max(10, Math.min(16, 16 - Math.log2(Math.max(metres, 1) / 250)));
}

/** A layer's source layer cannot be changed: the layer is made again at its place. */
function replaceSourceLayer(map: GLMap, id: string, level: string, code: string): void {
  const layers = map.getStyle().layers;
  const at = layers.findIndex((layer) => layer.id === id);
  const before = layers[at + 1]?.id;
  map.removeLayer(id);
  map.addLayer({ ...layers[at], 'source-layer': level, filter: ['==', ['get', 'code'], code] } as import('maplibre-gl').LayerSpecification, before);
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
