import { describe, expect, it } from 'vitest';
import { Problem, Unreachable } from '../src/api';
import { afterGps, afterMove, afterTyped, gpsQuality, untouched } from '../src/fix';
import { newUUID } from '../src/draft';
import { type SaveState, sendUntilAnswered } from '../src/save';

const ok = { status: 201, data: 'saved', etag: '' };

describe('saving', () => {
  it('tries again, ever later, until the server answers', async () => {
    const waits: number[] = [];
    const states: SaveState['kind'][] = [];
    let tries = 0;
    const send = async () => {
      if (tries++ < 7) throw new Unreachable();
      return ok;
    };
    const answer = await sendUntilAnswered(send, (s) => states.push(s.kind), async (s) => void waits.push(s));
    expect(answer.data).toBe('saved');
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(states.slice(-3)).toEqual(['sending', 'waiting', 'sending']);
  });
  it('waits when the server is busy', async () => {
    let tries = 0;
    const send = async () => {
      if (tries++ < 1) throw new Problem(429, {});
      return ok;
    };
    expect(await sendUntilAnswered(send, () => {}, async () => {})).toBe(ok);
    expect(tries).toBe(2);
  });
  it.each([400, 401, 403, 409, 412, 422, 428])('a refusal %i ends it', async (status) => {
    let tries = 0;
    const send = async () => {
      tries++;
      throw new Problem(status, { type: '/problems/x' });
    };
    await expect(sendUntilAnswered(send, () => {}, async () => {})).rejects.toMatchObject({ status });
    expect(tries).toBe(1);
  });
  it('stops when waiting is ended', async () => {
    const send = async () => {
      throw new Unreachable();
    };
    const wait = async () => {
      throw new DOMException('left', 'AbortError');
    };
    await expect(sendUntilAnswered(send, () => {}, wait)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('how a point was taken', () => {
  it('only a GPS fix claims an accuracy', () => {
    expect(afterGps(4.56, '2026-11-22T03:00:00Z')).toMatchObject({ takenBy: 'gps', accuracy: 4.6, deliberate: true });
    expect(afterMove()).toMatchObject({ takenBy: 'geser_peta', accuracy: null, at: null, deliberate: true });
    expect(afterTyped('tautan')).toMatchObject({ takenBy: 'tautan', accuracy: null });
    expect(untouched.deliberate).toBe(false);
  });
  it.each([[4, 'good'], [10, 'good'], [10.1, 'fair'], [50, 'fair'], [51, 'poor']] as const)('±%f m is %s', (m, quality) => expect(gpsQuality(m)).toBe(quality));
});

it('makes UUIDs of version 7 that do not repeat', () => {
  const made = Array.from({ length: 500 }, newUUID);
  expect(new Set(made).size).toBe(500);
  for (const uuid of made) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.abs(parseInt(made[0]!.replace(/-/g, '').slice(0, 12), 16) - Date.now())).toBeLessThan(5000);
});
