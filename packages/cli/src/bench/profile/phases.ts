// The phases of a reading, in their order.

export const PHASES = ['extract', 'tokenize', 'plan', 'forward', 'take keys', 'segment', 'read back', 'write', 'seal'] as const;
export type Phase = (typeof PHASES)[number];

export const PHASE_WHAT: Readonly<Record<Phase, string>> = {
  extract: 'bytes to text and headings',
  tokenize: 'text to tokens',
  plan: 'pieces, chunks, trails, addresses, look-ups',
  forward: 'the model up to the last retrieval head',
  'take keys': 'keys out of the engine',
  segment: 'int8 keys, words, block places, look-ups',
  'read back': 'text and tokens from the blob store',
  write: 'to the blob store, checksums and fsync included',
  seal: 'look-ups before the manifest',
};
