import { type App, editAreas } from './app';
import { byId, h, icon } from './dom';
import { formatTime, lang, switchLang, t } from './i18n';

/** Draws what stands around map and panel: whose map, as of when, who is logged in, what they may do. */
export function drawHeader(app: App): void {
  const { session } = app;
  const { account, city } = session;
  document.title = city ? `Patok: ${t('map_of', { city: city.name })}` : t('title');
  byId('skip').textContent = t('skip_list');
  byId('city').textContent = city?.name ?? t('no_city');
  sayAsOf(session.as_of);
  byId('example').textContent = t('example');
  byId('example').hidden = !session.example;
  byId('map-area').setAttribute('aria-label', t('map'));
  byId('tools').replaceChildren(
    h('button.button.plain', { type: 'button', id: 'lang', lang: lang === 'id' ? 'en' : 'id', 'aria-label': t('lang_other'), onclick: switchLang }, lang === 'id' ? 'EN' : 'ID'),
    account
      ? h('button.button.square', { type: 'button', id: 'account', title: account.title, 'aria-label': `${t('account')}: ${account.title}`, onclick: () => app.view('akun') }, icon('user'))
      : h('button.button', { type: 'button', id: 'login', onclick: () => void app.work((w) => w.logIn(app)) }, t('login')),
  );
  const fit = h('button.button.round', { type: 'button', title: t('fit'), 'aria-label': t('fit'), id: 'fit', onclick: () => city && app.map?.fit(city.bbox) }, icon('fit'));
  byId('map-actions').replaceChildren(h('button.button', { type: 'button', id: 'analyse', onclick: () => app.view('analisis') }, t('analysis')), fit);
  if (session.viewing || !byId('viewing').hidden) void app.work((w) => w.drawViewing(app));
  if (editAreas(session)) {
    byId('map-actions').append(h('button.button.primary.add', { type: 'button', id: 'add', onclick: () => void app.work((w) => w.addAsset(app)) }, icon('plus'), t('add')));
  }
}

/** Says as of when the data is. */
export function sayAsOf(time: string): void {
  byId('as-of').textContent = time ? t('as_of', { time: formatTime(time) }) : '\u00a0';
}
