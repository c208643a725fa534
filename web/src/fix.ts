/** How a point that is being placed came about. */
export interface Fix {
  takenBy: 'gps' | 'geser_peta' | 'ketik' | 'tautan';
  /** Metres, of a GPS fix; hand-placed points claim none. */
  accuracy: number | null;
  /** When the GPS gave it, RFC 3339. */
  at: string | null;
  /** Whether a person chose the place, rather than leaving it where the map happened to be. */
  deliberate: boolean;
}

export const untouched: Fix = { takenBy: 'geser_peta', accuracy: null, at: null, deliberate: false };

/** The map was moved by hand: whatever was before, the point is now hand-placed. */
export function afterMove(): Fix {
  return { takenBy: 'geser_peta', accuracy: null, at: null, deliberate: true };
}

export function afterGps(accuracy: number, at: string): Fix {
  return { takenBy: 'gps', accuracy: Math.round(accuracy * 10) / 10, at, deliberate: true };
}

export function afterTyped(takenBy: 'ketik' | 'tautan'): Fix {
  return { takenBy, accuracy: null, at: null, deliberate: true };
}

/** Up to 10 m is good, up to 50 m fair: a phone under open sky gives 4 to 12 m. */
export function gpsQuality(accuracy: number): 'good' | 'fair' | 'poor' {
  return accuracy <= 10 ? 'good' : accuracy <= 50 ? 'fair' : 'poor';
}

/** A point is dropped at this zoom or nearer, where a finger's width is a few metres. */
export const dropZoom = 17;
