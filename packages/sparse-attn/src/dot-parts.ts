// Dot products of one vector with rows of int8 that lie in several places, with any engine: the scan of stored embeddings.
import assert from 'node:assert';
import type { AttentionEngine, DotPartsArgs } from './contract.ts';

/** (rows of all parts): scale * sum q_i row_i. */
export async function dotParts(engine: Pick<AttentionEngine, 'dotParts'>, args: DotPartsArgs): Promise<Float64Array> {
  if (engine.dotParts !== undefined) return engine.dotParts(args);
  const { q, parts } = args;
  const dots = new Float64Array(parts.reduce((sum, { scales }) => sum + scales.length, 0));
  let at = 0;
  for (const { rows, scales } of parts) {
    assert(rows.length === scales.length * q.length, `${rows.length} values are no ${scales.length} rows of ${q.length}`);
    for (let row = 0; row < scales.length; row++) {
      let sum = 0;
      for (let i = 0; i < q.length; i++) sum += q[i] * rows[row * q.length + i];
      dots[at++] = sum * scales[row];
    }
  }
  return dots;
}
