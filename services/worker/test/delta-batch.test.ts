// Batches of generated text: nothing lost, nothing reordered, few sends, the first without delay.
import { describe, expect, it } from 'vitest';
import { DeltaBatch } from '../src/tasks/delta-batch.ts';

describe('DeltaBatch', () => {
  it('sends the first piece at once, joins what comes within a batch, and keeps the order over slow sends', async () => {
    const sent: string[] = [];
    const batch = new DeltaBatch(async (text) => {
      await new Promise((resolve) => setTimeout(resolve, sent.length === 0 ? 60 : 1));
      sent.push(text);
    });
    for (const text of ['a', 'b', 'c']) batch.push(text);
    await new Promise((resolve) => setTimeout(resolve, 130));
    batch.push('d');
    await batch.flush();
    expect(sent).toEqual(['a', 'bc', 'd']);
    await batch.flush();
    expect(sent).toHaveLength(3);
  });

  it('flush tells of a failed send', async () => {
    const batch = new DeltaBatch(async () => { throw new Error('Redis is away'); });
    batch.push('a');
    await expect(batch.flush()).rejects.toThrow('Redis is away');
  });
});
