// Token embeddings: the table stays as it lies in the file, rows are dequantized when a token needs them.
import { dequantize, readTensorBytes } from '../gguf/index.ts';
import type { ModelFile } from '../contract.ts';

export interface Embedding {
  /** (tokens.length, dim) */
  rows(tokens: Int32Array): Float32Array;
}

export async function createEmbedding(file: ModelFile): Promise<Embedding> {
  const { dim, vocabSize, embeddingScale = 1 } = file.config;
  const { type } = file.tensors.get('token_embd.weight')!;
  const bytes = await readTensorBytes(file, 'token_embd.weight');
  const rowBytes = bytes.length / vocabSize; // a row is a whole number of quantization blocks
  return {
    rows(tokens) {
      const rows = new Float32Array(tokens.length * dim);
      for (const [i, token] of tokens.entries()) {
        rows.set(dequantize(type, bytes.subarray(token * rowBytes, (token + 1) * rowBytes), dim), i * dim);
      }
      if (embeddingScale !== 1) for (let i = 0; i < rows.length; i++) rows[i] *= embeddingScale;
      return rows;
    },
  };
}
