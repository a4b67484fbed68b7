// BERT in the native addon: one session per instance, weights shared by the process. Synchronous, on the calling thread.
import assert from 'node:assert';
import { forcedIsa } from '@lectern/sparse-attn';
import type { BertFile } from '../bert/open-bert-file.ts';
import type { OpenEmbedderOptions } from '../embedder/contract.ts';
import type { Encoder } from '../embedder/open-embedder.ts';
import { modelAddon } from './addon.ts';
import { forcedPrecision } from './config.ts';
import { mapErrors } from './errors.ts';

/** Texts of one call: what is kept of them beside the addon's passes is small. */
const BATCH_TEXTS = 256;

export function createNativeEncoder({ path, numBytes, config, tensors }: BertFile, options: OpenEmbedderOptions): Encoder {
  const { numThreads, precision = forcedPrecision() ?? '' } = options;
  assert(Number.isInteger(numThreads) && numThreads > 0, `numThreads is ${numThreads}`);
  const { addon } = modelAddon();
  const isa = addon.useIsa(forcedIsa());
  const embedder = addon.loadEmbedder({ file: { path, numBytes }, config, tensors: [...tensors.values()] }, isa, numThreads, precision);
  let closed = false;
  return {
    device: `${isa} ${addon.embedderPrecision(embedder)} x${numThreads}`,
    encode(texts, control) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += BATCH_TEXTS) {
        const batch = texts.slice(from, from + BATCH_TEXTS);
        const lengths = Int32Array.from(batch, (tokens) => tokens.length);
        const tokens = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
        let at = 0;
        for (const text of batch) {
          tokens.set(text, at);
          at += text.length;
        }
        const out = new Float32Array(batch.length * config.dim); // (texts, dim)
        mapErrors(() => addon.embed(embedder, tokens, lengths, out, control ?? null));
        for (let i = 0; i < batch.length; i++) vectors.push(out.subarray(i * config.dim, (i + 1) * config.dim));
      }
      return vectors;
    },
    close() {
      if (!closed) addon.disposeEmbedder(embedder);
      closed = true;
    },
  };
}
