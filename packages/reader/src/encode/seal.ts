// The end of a reading: everything it names is there, then its manifest, in one atomic put.
import { ServiceError } from '@lectern/shared';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { storeManifest } from '../plan/stored-plan.ts';
import { storedChunks } from './encode-chunks.ts';

export async function sealReading(ctx: ReaderContext, plan: ReadingPlan): Promise<void> {
  const missing = (await storedChunks(ctx, plan)).filter((stored) => !stored).length;
  let missingTrails = 0;
  for (const trail of plan.trails) if ((await ctx.blobs.stat(trail.segment)) === undefined) missingTrails++;
  if (missing > 0 || missingTrails > 0) {
    throw new ServiceError('RESULT_NOT_READY',
      `reading ${plan.readingId} cannot be sealed: ${missing} of ${plan.chunks.length} chunks and ${missingTrails} of ${plan.trails.length} trails are not stored`,
      { details: { missing, chunks: plan.chunks.length, missingTrails } });
  }
  await storeManifest(ctx.blobs, plan);
}
