import type { App } from './app';
import type { Batch } from './batch';
import { BatchEntry, type Values } from './batch-entry';
import { keptEdits } from './batch-kept';
import type { Registry } from './registry';

/**
 * Sends what this device kept of batches that are not open on the page. What clashes with
 * somebody else's figures stays kept, to be chosen in the batch itself. Returns whether all is sent.
 */
export async function resendKept(app: App, registry: Registry): Promise<boolean> {
  let all = true;
  for (const { batch: id, name } of keptEdits(app.session.account?.id ?? 0)) {
    try {
      const batch = await app.api.get<Batch>(`/api/batches/${id}`);
      if (!batch.can.enter) throw new Error('not to be put in now');
      const entry = new BatchEntry(app, registry, batch, await app.api.get<Values>(`/api/batches/${id}/values`), name);
      await entry.saving.flush();
      if (entry.saving.state !== 'saved') all = false;
      entry.saving.leave();
    } catch {
      all = false; // it stays on the device, and is told in the list
    }
  }
  return all;
}
