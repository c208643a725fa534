import type { ViewName } from './address';
import type { Api, AssetType, Change, Feature, Item, LonLat, Session, Summary } from './api';
import type { MapView } from './map';

/** What the page is doing; also on <html data-mode>, where styles and tests see it. */
export type Mode = 'home' | 'details' | 'view' | 'place' | 'form';

/** What the page's parts share. page.ts makes the only one. */
export interface App {
  readonly api: Api;
  session: Session;
  types: AssetType[];
  summary: Summary | null;
  /** The map, or null while it loads and where it cannot be drawn. */
  map: MapView | null;
  selected: Item | null;
  /** Names of layers that are switched off. */
  readonly hidden: Set<string>;
  readonly panel: Panel;
  /** Opens an asset or an area: details, map, address. `at` is where to look, when known. */
  open(item: Item, options?: { fly?: boolean; replace?: boolean }): void;
  /** Closes what is open and shows the legend and the list. */
  home(replace?: boolean): void;
  /** Shows a view in the panel and its address; one for members asks to log in first. */
  view(name: ViewName, arg?: string, replace?: boolean): void;
  /** What the view that is shown now says in the address, after the "=". */
  showing(arg: string): void;
  /** Layers were switched on or off. */
  layered(): void;
  /** Somebody logged in or out. */
  entered(session: Session): void;
  /** Something was written here: show it without waiting for the event. */
  changed(): void;
  /** The server told of changes; null when they are too many or not known. */
  news(changes: Change[] | null, assets: boolean, areas: boolean): void;
  /** Counts again what waits for this person: what they have to review, and what came back to them. */
  waiting(): void;
  /** Runs a part of the page that is loaded when it is first needed. */
  work<T>(run: (work: typeof import('./work')) => T | Promise<T>): Promise<T>;
  toast: (text: string, options?: ToastOptions) => () => void;
}

export interface ToastOptions {
  action?: string;
  onAction?: () => void;
  seconds?: number;
  good?: boolean;
}

/** The side panel, on phones the sheet below the map. */
export interface Panel {
  /** Replaces what the panel shows. Whoever shows next calls the old `leave`. */
  show(mode: Mode, content: Node, options?: { size?: Size; leave?: () => void; refresh?: Refresh; focus?: boolean }): void;
  /** Lets what is shown ask again for its data. */
  refresh: Refresh;
  size(size: Size): void;
  readonly mode: Mode;
  readonly body: HTMLElement;
}
export type Size = 'peek' | 'half' | 'full';
/** Called with what changed, null when that is not known. */
export type Refresh = (changes: Change[] | null) => void;

export function typeOf(app: App, name: unknown): AssetType | undefined {
  return app.types.find((type) => type.name === name);
}

export function pointOf(feature: Feature): LonLat | null {
  return feature.geometry?.type === 'Point' ? feature.geometry.coordinates : null;
}

/** The areas that this account may edit in, '' for everywhere; null when it may not edit, or is only looked at by an administrator. */
export function editAreas(session: Session): string[] | null {
  if (session.viewing) return null;
  const codes = (session.account?.grants ?? []).filter((g) => g.role === 'pic' || g.role === 'administrator').map((g) => g.area_code ?? '');
  return codes.length ? codes : null;
}

export function mayEdit(session: Session, areaCode: string): boolean {
  return (editAreas(session) ?? []).some((code) => code === '' || areaCode === code || areaCode.startsWith(code + '.'));
}

export function isAdministrator(session: Session): boolean {
  return !session.viewing && (session.account?.grants ?? []).some((g) => g.role === 'administrator');
}
