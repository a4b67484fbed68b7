// Ranges of a model's hyperparameters: wider than any real model's, narrow enough that no product of them overflows.
export const LIMITS = {
  numLayers: { min: 1, max: 1024 },
  dim: { min: 2, max: 65_536 },
  ffnDim: { min: 1, max: 1 << 20 },
  numHeads: { min: 1, max: 1024 },
  headDim: { min: 2, max: 1024 },
  vocabSize: { min: 2, max: 1 << 22 },
  contextLength: { min: 1, max: 1 << 24 },
  ropeTheta: { min: 1, max: 1e12 },
  ropeFactor: { min: 1e-6, max: 1e6 },
  rmsNormEps: { min: 1e-12, max: 0.1 },
} as const;
