// Stopping tasks: whom a stop reaches, and that the first reason stands.
import { describe, expect, it } from 'vitest';
import { ActiveTask, ActiveTasks } from '../src/active-tasks.ts';
import { stopReason, toReply } from '../src/threads/protocol.ts';
import { ServiceError } from '@lectern/shared';

describe('ActiveTasks', () => {
  it('reaches all tasks of a reading, and only those', async () => {
    const active = new ActiveTasks();
    const [a, b, other] = [new ActiveTask('read', '1', 'rd_x'), new ActiveTask('read', '2', 'rd_x'), new ActiveTask('read', '3', 'rd_y')];
    const ask = new ActiveTask('ask', '1', 'job_1');
    let end = () => undefined as void;
    const open = new Promise<void>((resolve) => { end = resolve; });
    const all = [a, b, other, ask].map((task) => active.during(task, () => open));
    expect(active.subjects('read').sort()).toEqual(['rd_x', 'rd_y']);
    active.stopSubjects('read', ['rd_x'], 'cancelled');
    active.stopTasks('ask', ['1'], 'lockLost');
    expect([a, b, other, ask].map((task) => task.stopReason)).toEqual(['cancelled', 'cancelled', undefined, 'lockLost']);
    expect([a.signal.aborted, other.signal.aborted]).toEqual([true, false]);
    expect(active.subjects('read')).toEqual(['rd_y']); // who is stopped is not asked about again
    active.handBack('ask');
    expect([other.stopReason, ask.stopReason]).toEqual([undefined, 'lockLost']);
    active.handBack();
    expect([a.stopReason, other.stopReason]).toEqual(['cancelled', 'handback']);
    const late = new ActiveTask('read', '4', 'rd_z');
    await active.during(late, async () => undefined);
    expect(late.stopReason).toBe('handback');
    end();
    await Promise.all(all);
    expect(active.size).toBe(0);
  });

  it('a task that fails is no longer active', async () => {
    const active = new ActiveTasks();
    await expect(active.during(new ActiveTask('read', '1', 'rd_x'), async () => { throw new Error('no'); })).rejects.toThrow('no');
    expect(active.size).toBe(0);
  });
});

describe('what crosses a thread', () => {
  const costs = () => ({ threadId: 1, seconds: 2, loadSeconds: 0, keyValueBytes: 3, weightBytes: 4, blobs: [], cacheEvents: {} });

  it('an expected failure keeps its code and details', async () => {
    const reply = await toReply(async () => { throw new ServiceError('DOCUMENT_EMPTY', 'no text', { details: { pages: [1] } }); }, costs);
    expect(structuredClone(reply)).toEqual({ ok: false, error: { code: 'DOCUMENT_EMPTY', message: 'no text', details: { pages: [1] } }, costs: costs() });
  });

  it('anything else becomes INTERNAL, a full disk DISK_FULL', async () => {
    expect(await toReply(async () => { throw new TypeError('x is not a function'); }, costs)).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    expect(await toReply(async () => { throw full; }, costs)).toMatchObject({ ok: false, error: { code: 'DISK_FULL' } });
  });

  it('a control is seen through another view of the same memory', () => {
    const task = new ActiveTask('read', '1', 'rd_x');
    task.stop('handback');
    expect(stopReason(new Int32Array(task.control.buffer))).toBe('handback');
  });
});
