import type { App } from './app';

/** How many batches there are to check, to mend, to send, and that are late. */
export interface BatchCounts {
  check: number;
  returned: number;
  draft: number;
  late: number;
}

export const noBatches: BatchCounts = { check: 0, returned: 0, draft: 0, late: 0 };

/** How many batches wait for a step of this person, or came back to them; 0 where that is not known. */
export async function countBatches(app: App): Promise<number> {
  const { check, returned } = await app.api.get<BatchCounts>('/api/batches/counts').catch(() => noBatches);
  return check + returned;
}
