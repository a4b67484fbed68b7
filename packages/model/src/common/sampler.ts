// The next token from logits: greedy, or sampled with temperature and nucleus (top-p) from a seeded generator.

export interface Sampler {
  next(logits: Float32Array): number;
}

/** temperature 0 takes the largest logit, ties to the lower id. */
export function createSampler({ temperature = 0, topP = 1, seed = 0 }: { temperature?: number; topP?: number; seed?: number }): Sampler {
  if (temperature === 0) return { next: argMax };
  const random = mulberry32(seed);
  return {
    next(logits) {
      const max = logits[argMax(logits)];
      const weights = Float64Array.from(logits, (logit) => Math.exp((logit - max) / temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const ranked = Uint32Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
      let nucleus = 0;
      let numTokens = 0;
      while (numTokens < ranked.length && nucleus < topP * total) nucleus += weights[ranked[numTokens++]];
      let rest = random() * nucleus;
      for (const token of ranked.subarray(0, numTokens)) {
        rest -= weights[token];
        if (rest < 0) return token;
      }
      return ranked[0];
    },
  };
}

function argMax(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token] > logits[best]) best = token;
  return best;
}

/** Uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
