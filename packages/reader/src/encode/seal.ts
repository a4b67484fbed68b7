// The end of a reading: everything it names is there, then its manifest, in one atomic put.
import { ServiceError } from '@lectern/shared';
import type { ReaderContext, ReadingPlan } from '../contract.ts';
import { storeManifest } from '../plan/stored-plan.ts';
import { namedTrails } from '../plan/named-trails.ts';
import { areStored } from './are-stored.ts';
import { storedChunks } from './encode-chunks.ts';

export async function sealReading(ctx: ReaderContext, plan: ReadingPlan): Promise<void> {
  // Vectors may be missing: of chunks that a worker without the embedder encoded. Questions then say so.
  const missing = (await storedChunks({ ...ctx, embedder: undefined }, plan)).filter((stored) => !stored).length;
  const trails = namedTrails(plan.chunks);
  const missingTrails = (await areStored(ctx.blobs, trails.map((trail) => plan.trails[trail].segment))).filter((stored) => !stored).length;
  if (missing > 0 || missingTrails > 0) {
    throw new ServiceError('RESULT_NOT_READY',
      `reading ${plan.readingId} cannot be sealed: ${missing} of ${plan.chunks.length} chunks and ${missingTrails} of ${trails.length} trails are not stored`,
      { details: { missing, chunks: plan.chunks.length, missingTrails } });
  }
  await storeManifest(ctx.blobs, plan);
}
