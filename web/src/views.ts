import type { ViewName } from './address';
import type { App } from './app';
import { logIn } from './session';

/** Shows a view in the panel; `arg` is what its address says after the "=". */
export type Show = (app: App, arg: string) => void | Promise<void>;

/** Where each view is; a view is loaded when it is first shown. */
const views: Record<ViewName, () => Promise<{ show: Show }>> = {
  akun: () => import('./account'),
  analisis: () => import('./analysis'),
  angka: () => import('./batches'),
  cocokkan: () => import('./reconcile'),
  doubts: () => import('./doubts'),
  impor: () => import('./import'),
  kemajuan: () => import('./progress'),
  masuk: () => import('./session'),
  pengguna: () => import('./people'),
  perubahan: () => import('./mine'),
  rilis: () => import('./releases'),
  riwayat: () => import('./history'),
  tinjau: () => import('./queue'),
  undangan: () => import('./invitation'),
};

/** These need nobody to be logged in. */
const open: ViewName[] = ['analisis', 'masuk', 'rilis', 'undangan'];

/** What shows this view; for a member's view asks to log in while nobody is, and the page then shows it. */
export async function viewOf(app: App, name: ViewName): Promise<Show> {
  if (!app.session.account && !open.includes(name)) return () => logIn(app);
  return (await views[name]()).show;
}
