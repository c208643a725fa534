import type { Feature, LonLat } from './api';
import type { Fix } from './fix';
import type { Values } from './form';

/** What is being filled in, kept on the device until the server has taken it or the person throws it away. */
export interface Draft {
  account: number;
  kind: 'create' | 'edit' | 'move';
  type: string;
  /** Made once per new asset: every try to save it carries the same. */
  uuid: string;
  point: LonLat | null;
  fix: Fix | null;
  values: Values;
  /** The kelurahan that the asset is said to belong to. */
  areaCode: string;
  areaName: string;
  /** Kelurahan or desa, once known: some labels follow it. */
  areaKind?: string;
  /** What is being changed, as it was read, and its ETag. */
  base?: Feature;
  etag?: string;
  /** The proposal that is being corrected, what its reviewer said, and the notes by field. */
  proposal?: { id: number; version: number; said: string; notes: Record<string, string> };
}

const key = 'patok.draft';

export function keepDraft(draft: Draft): void {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    /* private mode or a full device: the form itself still holds it */
  }
}

/** The kept draft of this account, null when there is none. */
export function keptDraft(account: number): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null;
    return draft && draft.account === account && draft.uuid && draft.type ? draft : null;
  } catch {
    return null;
  }
}

export function dropDraft(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    /* nothing was kept */
  }
}

/** A UUID of version 7 (RFC 9562, section 5.7): sorted by time. crypto.randomUUID makes only version 4, and only on https. */
export function newUUID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (40 - 8 * i)) % 256;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
