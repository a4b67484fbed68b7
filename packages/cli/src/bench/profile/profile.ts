// Where the time of a reading goes: one thread in this process, as one of a worker's reading threads works, engine with one thread.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobKeys, DEFAULT_EXTRACT_LIMITS, encodeChunks, planReading, type ReaderContext, type ReaderModel, sealReading } from '@lectern/reader';
import { createFsBlobStore, documentIdOf, readingIdOf } from '@lectern/shared';
import { median } from '../statistics.ts';
import { type Phase, PHASES } from './phases.ts';
import { Stopwatch } from './stopwatch.ts';
import { timedContext } from './timed-context.ts';

const TENANT = 'bench';
const MEDIA_TYPE = 'text/plain';

export interface ProfileFigures {
  numTokens: number;
  n: number;
  /** Medians; each phase without those inside it. Shares are of their sum. */
  seconds: number;
  phases: Array<{ phase: Phase; seconds: number; share: number }>;
}

export async function profileReading(model: ReaderModel, text: string, repeats: number, onRun: (run: number) => void): Promise<ProfileFigures> {
  const bytes = Buffer.from(text);
  const runs: Array<ReadonlyMap<string, number>> = [];
  let numTokens = 0;
  await readOnce(model, bytes.subarray(0, 8192)); // code is compiled, the prefix encoded, the model's pages are there
  for (let run = 1; run <= repeats; run++) {
    onRun(run);
    const { watch, tokens } = await readOnce(model, bytes);
    runs.push(watch.seconds);
    numTokens = tokens;
  }
  return { numTokens, n: repeats, ...summarize(runs) };
}

export function summarize(runs: ReadonlyArray<ReadonlyMap<string, number>>): Pick<ProfileFigures, 'seconds' | 'phases'> {
  const phases = PHASES.map((phase) => ({ phase, seconds: median(runs.map((run) => run.get(phase) ?? 0)) }));
  const seconds = phases.reduce((sum, each) => sum + each.seconds, 0);
  return { seconds, phases: phases.map((each) => ({ ...each, share: each.seconds / seconds })) };
}

async function readOnce(model: ReaderModel, bytes: Uint8Array): Promise<{ watch: Stopwatch; tokens: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-profile-'));
  try {
    const documentId = documentIdOf(TENANT, MEDIA_TYPE, createHash('sha256').update(bytes).digest('hex'));
    const readingId = readingIdOf(TENANT, documentId, model.id, 'index');
    const watch = new Stopwatch();
    const blobs = createFsBlobStore(folder, { blockingReads: true });
    const ctx: ReaderContext = timedContext({ blobs, model, tenant: TENANT }, blobKeys.structure(documentId), watch);
    await blobs.put(blobKeys.source(documentId), bytes); // handing it in is not reading
    const plan = await watch.run('extract' satisfies Phase, () => planReading(ctx, {
      documentId, readingId, keep: 'index', name: 'profile.txt', mediaType: MEDIA_TYPE, limits: DEFAULT_EXTRACT_LIMITS,
    }));
    await watch.run('segment' satisfies Phase, () => encodeChunks(ctx, plan, { from: 0, to: plan.chunks.length }, {}));
    await watch.run('seal' satisfies Phase, () => sealReading(ctx, plan));
    return { watch, tokens: plan.numTokens };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
