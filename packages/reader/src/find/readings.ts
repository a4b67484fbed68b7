// The documents of one question, opened one after the other: a plan is loaded when its turn comes and kept only by who needs it.
import { ServiceError } from '@lectern/shared';
import type { Chunk, ReadingPlan, ReadingSource } from '../contract.ts';

/** A reading as a question sees it. */
export interface OpenReading {
  plan: ReadingPlan;
  /** Chunks that may be used: all of them, or those stored so far, in order. */
  chunks: readonly Chunk[];
  /** Heads the trails of a document without a title, when several are asked. */
  name?: string;
}

export async function openReading(source: ReadingSource): Promise<OpenReading> {
  if (!('load' in source)) return { plan: source, chunks: source.chunks };
  const plan = await source.load();
  const { stored, name } = source;
  return {
    plan,
    chunks: stored === undefined ? plan.chunks : plan.chunks.filter(({ index }) => isSet(stored, index)),
    ...(name === undefined ? {} : { name }),
  };
}

/** Bit `index` of a Redis bitmap: the highest bit of the first byte is 0. */
const isSet = (bits: Uint8Array, index: number): boolean => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;

/** Damage names the reading it was found in: with several, the blob's key alone does not tell. */
export async function ofReading<T>(readingId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(error.code, error.message, { cause: error, details: { ...error.details, readingId } });
  }
}
