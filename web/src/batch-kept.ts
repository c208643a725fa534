import type { Figure } from './batch-figures';

/** A figure that the server does not have yet: as it is now, and as the server had it. null is nothing told. */
export interface Edit {
  mine: Figure | null;
  base: Figure | null;
}
export type Edits = Map<string, Edit>;

/** What of a batch is not saved yet, kept on the device so that nothing is lost. */
export interface Kept {
  batch: number;
  /** What it is about, to be told without the server. */
  name: string;
  edits: [string, Edit][];
}

const prefix = 'patok.figures.';
const place = (account: number, batch: number): string => `${prefix}${account}.${batch}`;

/** Keeps what is not saved; nothing left is forgotten. */
export function keepEdits(account: number, kept: Kept): void {
  try {
    if (kept.edits.length) localStorage.setItem(place(account, kept.batch), JSON.stringify(kept));
    else localStorage.removeItem(place(account, kept.batch));
  } catch {
    /* private mode or a full device: the page itself still holds it */
  }
}

/** What this account has on this device that the server does not have; of one batch where that is asked. */
export function keptEdits(account: number, batch?: number): Kept[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => (batch === undefined ? key.startsWith(`${prefix}${account}.`) : key === place(account, batch)));
    return keys.flatMap((key) => read(localStorage.getItem(key)));
  } catch {
    return [];
  }
}

function read(text: string | null): Kept[] {
  const kept = JSON.parse(text ?? 'null') as Kept | null;
  return kept && kept.batch > 0 && Array.isArray(kept.edits) && kept.edits.length ? [kept] : [];
}

/** Forgets what is kept of everybody: who logs out leaves no figures behind on the device. */
export function dropEdits(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch {
    /* nothing was kept */
  }
}
