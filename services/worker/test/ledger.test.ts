// The ledger of bytes: who fits, who waits, who never can; and that it always returns to 0.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger, type Release } from '../src/ledger.ts';

describe('Ledger', () => {
  it('reserves at once while there is room and gives back once', async () => {
    const ledger = new Ledger(100);
    const release = await ledger.reserve('a', 60);
    expect(ledger.reservedBytes).toBe(60);
    release();
    release();
    expect(ledger.reservedBytes).toBe(0);
  });

  it('refuses with both numbers what never fits', async () => {
    const ledger = new Ledger(100);
    await expect(ledger.reserve('reading x', 101)).rejects.toMatchObject({
      code: 'DOES_NOT_FIT', details: { neededBytes: 101, limitBytes: 100 }, message: 'reading x needs 101 bytes, this worker may use 100',
    });
    expect(ledger.reservedBytes).toBe(0);
  });

  it('lets wait what does not fit now, in the order of asking', async () => {
    const ledger = new Ledger(100);
    const order: string[] = [];
    const first = await ledger.reserve('first', 80);
    const large = ledger.reserve('large', 70).then((release) => { order.push('large'); return release; });
    const small = ledger.reserve('small', 10).then((release) => { order.push('small'); return release; });
    expect(ledger.numWaiting).toBe(2); // small would fit, but large asked before
    first();
    (await large)();
    (await small)();
    expect(order).toEqual(['large', 'small']);
    expect(ledger.reservedBytes).toBe(0);
  });

  it('forgets who is cancelled while waiting, and admits those behind', async () => {
    const ledger = new Ledger(100);
    const first = await ledger.reserve('first', 80);
    const cancel = new AbortController();
    const large = ledger.reserve('large', 70, cancel.signal);
    const small = ledger.reserve('small', 10);
    cancel.abort();
    await expect(large).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    (await small)();
    first();
    expect([ledger.reservedBytes, ledger.numWaiting]).toEqual([0, 0]);
    await expect(ledger.reserve('late', 1, cancel.signal)).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(ledger.reservedBytes).toBe(0);
  });

  it('never exceeds the limit and returns to 0, whatever the order of asking, releasing and cancelling', async () => {
    const step = fc.record({ numBytes: fc.nat(120), action: fc.constantFrom('ask', 'release', 'cancel'), pick: fc.nat() });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const ledger = new Ledger(100);
      const held: Release[] = [];
      const open: AbortController[] = [];
      const settled: Array<Promise<void>> = [];
      for (const { numBytes, action, pick } of steps) {
        if (action === 'ask') {
          const cancel = new AbortController();
          open.push(cancel);
          settled.push(ledger.reserve('x', numBytes, cancel.signal).then((release) => { held.push(release); }, () => undefined));
        } else if (action === 'release' && held.length > 0) held.splice(pick % held.length, 1)[0]();
        else if (open.length > 0) open[pick % open.length].abort();
        await Promise.resolve();
        expect(ledger.reservedBytes).toBeLessThanOrEqual(100);
      }
      for (const cancel of open) cancel.abort();
      await Promise.all(settled);
      for (const release of held) release();
      expect([ledger.reservedBytes, ledger.numWaiting]).toEqual([0, 0]);
    }), { numRuns: 200 });
  });
});
