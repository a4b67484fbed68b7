// The filler that RULER and InfiniteBench repeat.
export const NOISE = 'The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.';
