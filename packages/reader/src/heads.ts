// Which keys are stored for a model's retrieval heads: those of the KV heads they read, each once.
import type { HeadRef, KvHeadRef, TransformerConfig } from '@lectern/model';
import type { ReaderModel } from './contract.ts';

export const kvHeadOf = (config: TransformerConfig, head: HeadRef): KvHeadRef =>
  ({ layer: head.layer, kvHead: Math.floor(head.head / (config.numHeads / config.numKvHeads)) });

export function indexHeads({ transformer, retrieval }: ReaderModel): KvHeadRef[] {
  const heads = retrieval.heads.map((head) => kvHeadOf(transformer.config, head));
  return heads
    .filter((head, i) => heads.findIndex((other) => sameHead(other, head)) === i)
    .sort((a, b) => a.layer - b.layer || a.kvHead - b.kvHead);
}

export const sameHead = (a: KvHeadRef, b: KvHeadRef): boolean => a.layer === b.layer && a.kvHead === b.kvHead;

/** An index-only reading stops here. */
export const lastIndexLayer = (heads: readonly KvHeadRef[]): number => Math.max(...heads.map((head) => head.layer));

export const allHeads = ({ numLayers, numKvHeads }: TransformerConfig): KvHeadRef[] =>
  Array.from({ length: numLayers * numKvHeads }, (_, i) => ({ layer: Math.floor(i / numKvHeads), kvHead: i % numKvHeads }));
