// The trails that blocks stand below: only these are encoded. A plan has others too, of headings that no block begins with.
import type { Chunk } from '../contract.ts';

/** Indexes into plan.trails, ascending. */
export function namedTrails(chunks: ReadonlyArray<Pick<Chunk, 'trails'>>): number[] {
  const named = new Set<number>();
  let last = -1; // blocks one after the other mostly stand below the same
  for (const { trails } of chunks) {
    for (const trail of trails) {
      if (trail !== last && trail >= 0) named.add(trail);
      last = trail;
    }
  }
  return [...named].sort((a, b) => a - b);
}
