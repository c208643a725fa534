import type { LonLat } from './api';
import { afterGps, type Fix, gpsQuality } from './fix';
import { formatNumber, t } from './i18n';

/** How long a better fix is waited for, and how good is good enough. */
const patience = 15_000;
const enough = 5;

interface Calls {
  /** A better fix came. */
  found(point: LonLat, fix: Fix): void;
  /** Whether the person has moved on: then no fix may move the map any more. */
  left(): boolean;
  /** What to tell; `look` is the class of the line. */
  say(look: string, text: string): void;
}

/** Looks for the device's place and betters it for a while. Returns what ends that. */
export function findMe({ found, left, say }: Calls): () => void {
  if (!navigator.geolocation || !window.isSecureContext) {
    say('notice', t('gps_none'));
    return () => {};
  }
  say('', t('gps_wait'));
  let best = Infinity;
  const until = Date.now() + patience;
  const stop = (): void => navigator.geolocation.clearWatch(watch);
  const watch = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      if (best < Infinity && left()) return stop();
      if (coords.accuracy < best) {
        best = coords.accuracy;
        const quality = gpsQuality(best);
        found([coords.longitude, coords.latitude], afterGps(best, new Date(timestamp).toISOString()));
        say(`gps ${quality}`, t(`gps_${quality}`, { m: formatNumber(best, best < 10 ? 1 : 0) }));
        document.documentElement.dataset.gps = quality;
      }
      if (best <= enough || Date.now() > until) stop();
    },
    (error) => say('notice', t(error.code === error.PERMISSION_DENIED ? 'gps_denied' : 'gps_failed')),
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 },
  );
  return stop;
}
