import type { App } from './app';
import { countBatches } from './batch-counts';
import { h } from './dom';
import { formatNumber, t } from './i18n';
import { placesOf, type ProposalList } from './proposal';
import { loggedOut } from './view';

interface Counts {
  /** That wait for a step of mine. */
  review: number;
  /** Of mine, that came back. */
  mine_returned: number;
  mine_open: number;
}

/**
 * Asks how many proposals and batches wait for this person, shows that on the account button, and rings
 * on the map where their own wait. Nothing of a proposal comes as an event to the public, so
 * that this is asked from time to time.
 */
export async function countWaiting(app: App): Promise<void> {
  const { account } = app.session;
  const counts = account ? await app.api.get<Counts>('/api/proposals/counts').catch((error: unknown) => over(app, error)) : { review: 0, mine_returned: 0, mine_open: 0 };
  const figures = account?.may?.figures ? await countBatches(app) : 0;
  if (!counts || account !== app.session.account) return;
  badge(app, counts, figures);
  await rings(app, counts);
  const root = document.documentElement.dataset;
  const before = root.waiting;
  const figuresBefore = root.waitingFigures;
  if (account) Object.assign(root, { waiting: `${counts.review} ${counts.mine_returned} ${counts.mine_open}`, waitingFigures: String(figures) });
  else for (const name of ['waiting', 'waitingFigures']) delete root[name];
  const others = before !== root.waiting || figuresBefore !== root.waitingFigures;
  if (before && others && app.panel.mode === 'view') app.panel.refresh(null);
}

/** A session that was ended elsewhere is noticed here first; a form that is open is left alone, and hears of it when it is sent. */
function over(app: App, error: unknown): null {
  if (app.panel.mode !== 'form' && app.panel.mode !== 'place') loggedOut(app, error);
  return null;
}

function badge(app: App, { review, mine_returned }: Counts, figures: number): void {
  const button = document.getElementById('account');
  if (!button) return;
  const words = [mine_returned && t('badge_returned', { n: formatNumber(mine_returned) }), review && t('badge_review', { n: formatNumber(review) }), figures && t('badge_figures', { n: formatNumber(figures) })].filter(Boolean).join(', ');
  button.querySelector('.dot')?.remove();
  if (words) button.append(h('span.dot', { 'aria-hidden': 'true' }, formatNumber(review + mine_returned + figures)));
  button.setAttribute('aria-label', [`${t('account')}: ${app.session.account?.title ?? ''}`, words].filter(Boolean).join('. '));
}

async function rings(app: App, { mine_open }: Counts): Promise<void> {
  const page = mine_open ? await app.api.get<ProposalList>('/api/proposals?for=mine&state=open&limit=200').catch((error: unknown) => over(app, error)) : { proposals: [] };
  const points = (page?.proposals ?? []).flatMap((proposal) => {
    const { after } = placesOf(proposal);
    return after ? [{ id: proposal.id, point: after }] : [];
  });
  app.map?.waiting(points, (id) => app.view('perubahan', String(id)));
}
