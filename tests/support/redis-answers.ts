// Waiting for a Redis that was just started.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '@lectern/shared';

const TRIES = 200;
const PAUSE_MS = 50;

/** Waits until Redis answers at `url`; `hasEnded` says that it never will. */
export async function redisAnswers(url: string, hasEnded: () => string | undefined = () => undefined): Promise<void> {
  for (let tries = 0; ; tries++) {
    const redis = await connectRedis(url, { role: 'client' }).catch(() => undefined);
    redis?.disconnect();
    if (redis) return;
    const ended = hasEnded();
    if (ended !== undefined) throw new Error(`redis-server does not start (${ended})`);
    if (tries > TRIES) throw new Error(`no Redis answers at ${url}`);
    await sleep(PAUSE_MS);
  }
}
