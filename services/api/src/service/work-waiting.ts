// Work that stands before the workers, in tokens where it is known.
import type { ReadingStore } from '@lectern/shared';

export async function workWaiting(readings: ReadingStore): Promise<{ tokensWaiting: number; readingsUnplanned: number }> {
  let tokensWaiting = 0;
  let readingsUnplanned = 0;
  for (const reading of await readings.unfinished()) {
    const isPlanned = reading.state === 'encoding' || reading.state === 'sealing';
    if (isPlanned) tokensWaiting += Math.max(0, reading.numTokens - reading.tokensDone);
    else readingsUnplanned++;
  }
  return { tokensWaiting, readingsUnplanned };
}
