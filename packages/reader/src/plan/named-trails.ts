// The trails that blocks stand below: only these are encoded. A plan has others too, of headings that no block begins with.
import type { Chunk } from '../contract.ts';

/** Indexes into plan.trails, ascending. */
export function namedTrails(chunks: ReadonlyArray<Pick<Chunk, 'trails'>>): number[] {
  const named = new Set(chunks.flatMap(({ trails }) => trails));
  named.delete(-1);
  return [...named].sort((a, b) => a - b);
}
