// Repairs what crashes leave, now and then, by one worker at a time: a key in Redis says whose turn it is.
import { reconcile } from '@lectern/shared';
import type { WorkerParts } from './parts.ts';

const TURN_KEY = 'lectern:reconciler';

/** The turn is not given back: it expires just before the next is due. */
export async function reconcileOnce({ id, config, deps, redis, log }: WorkerParts): Promise<void> {
  if ((await redis.set(TURN_KEY, id, 'PX', Math.ceil(config.RECONCILE_MS * 0.9), 'NX')) !== 'OK') return;
  const repaired = await reconcile(deps);
  if (Object.values(repaired).some((count) => count > 0)) log.warn(repaired, 'repaired what a crash left');
}
