// Bytes that a task needs beyond the loaded model: what the worker's ledger reserves before it starts. Estimates from above, not measurements.
import type { Transformer, TransformerConfig } from '@lectern/model';
import type { MediaType } from '@lectern/shared';
import { BLOCK_SIZE } from '@lectern/sparse-attn';
import { MAX_SCORES } from '@lectern/sparse-attn/tfjs';
import { SPAN_PASS_TOKENS, SPAN_PROMPT_TOKENS, SPANS_AT_ONCE } from './ask/span/likeliest-span.ts';
import { MAX_SPAN_TOKENS } from './ask/span/span-paths.ts';
import { MAX_STORED_BLOCKS } from './ask/stored.ts';
import { MAX_CHUNK_TOKENS } from './chunk/sizes.ts';
import type { ReaderEmbedder, ReaderModel, ReadingPlan } from './contract.ts';
import { DOCX } from './extract/docx/docx.ts';
import { EPUB } from './extract/epub/epub.ts';
import { TOKENS_AT_ONCE } from './find/second-look/question-likelihood.ts';
import { MAX_WORD_INDEX_BYTES } from './find/word-index.ts';

const MIB = 1024 * 1024;
const FLOAT_BYTES = 4;
/** Buffers, parsers' trees and typed arrays that the sums below leave out. */
const BASE_BYTES = 32 * MIB;

/** The largest chunk in one pass, what is taken from it, and its files; then its blocks' vectors. */
export function encodeTaskBytes(model: ReaderModel, plan: ReadingPlan, embedder?: ReaderEmbedder): number {
  const { config } = model.transformer;
  const numTokens = plan.chunks.reduce((most, c) => Math.max(most, c.tokenEnd - c.overlapStart), 0);
  const pass = numTokens * (keyValueBytes(config) + activationBytes(config));
  const indexed = numTokens * plan.heads.length * (config.headDim * (FLOAT_BYTES + 2) + 8);
  const kept = plan.keep === 'all' ? numTokens * keyValueBytes(config) * 1.5 : 0; // as floats, and twice as int8
  return Math.ceil(BASE_BYTES + pass + indexed + kept + engineBytes(model.transformer, numTokens) + embedderBytes(embedder));
}

/** Extraction holds the file, its text as UTF-16 and UTF-8, and a parser's tree or a PDF's lines. */
export const planTaskBytes = (numBytes: number, mediaType: MediaType): number =>
  BASE_BYTES + 8 * numBytes + (isPacked(mediaType) ? Math.min(16 * numBytes, MAX_UNPACKED_BYTES) : 0);

const isPacked = (mediaType: MediaType): boolean => mediaType === DOCX || mediaType === EPUB || mediaType === 'application/pdf';
/** Text of packed formats beyond their size: what makes such a file large is pictures and fonts. */
const MAX_UNPACKED_BYTES = 256 * MIB;

/** Any mode: words of what is asked about often; a prompt in the window, or before it the texts of a second look; candidates as floats here and in the engine; a chunk encoded on demand, with its file. */
export function askTaskBytes(model: ReaderModel, embedder?: ReaderEmbedder): number {
  const { config } = model.transformer;
  const candidates = MAX_STORED_BLOCKS * BLOCK_SIZE * keyValueBytes(config) * 2;
  return Math.ceil(BASE_BYTES + MAX_WORD_INDEX_BYTES + candidates + Math.max(promptBytes(model.transformer), secondLookBytes(config)) + embedderBytes(embedder));
}

/** An answer alone, by a reader that finds nothing: a prompt in the window. */
export const answerTaskBytes = (transformer: Transformer): number => Math.ceil(BASE_BYTES + promptBytes(transformer));

function promptBytes(transformer: Transformer): number {
  const { config } = transformer;
  const numTokens = Math.min(2 * MAX_CHUNK_TOKENS, config.contextLength);
  return numTokens * (1.5 * keyValueBytes(config) + activationBytes(config)) + engineBytes(transformer, numTokens) + spanBytes(config);
}

/** Answers as spans: each its keys and values behind the prompt's, and the logits of a pass. */
const spanBytes = (config: TransformerConfig): number =>
  SPANS_AT_ONCE * ((SPAN_PROMPT_TOKENS + MAX_SPAN_TOKENS) * keyValueBytes(config) + SPAN_PASS_TOKENS * config.vocabSize * FLOAT_BYTES);

/** Logits that the native engine holds at once (forward.cpp, JUDGED_BYTES); of one row where that is more. */
const JUDGED_BYTES = 16 * MIB;
/** Texts side by side, each with the question behind it, and logits of the tokens that are judged at once. */
const secondLookBytes = (config: TransformerConfig): number =>
  TOKENS_AT_ONCE * (keyValueBytes(config) + activationBytes(config))
  + Math.max(JUDGED_BYTES, config.vocabSize * FLOAT_BYTES);

const embedderBytes = (embedder: ReaderEmbedder | undefined): number => embedder?.embedder.workBytes ?? 0;

/** The tfjs engine holds all tensors of a layer at once, and scores, their shifted copy, their weights and parts of them. */
const engineBytes = ({ engine, config }: Transformer, numTokens: number): number =>
  engine === 'tfjs' ? 2 * numTokens * activationBytes(config) + 4 * MAX_SCORES * FLOAT_BYTES : 0;

/** Floats, and beside them the 8-bit rows that the native engine attends to, with two floats each. */
const keyValueBytes = (c: TransformerConfig): number => 2 * c.numLayers * c.numKvHeads * (c.headDim * (FLOAT_BYTES + 1) + 2 * FLOAT_BYTES);
/** Hidden state in and out, norm, q, k, v, attention out, gate, up. */
const activationBytes = (c: TransformerConfig): number => (4 * c.dim + 2 * c.numHeads * c.headDim + 2 * c.numKvHeads * c.headDim + 2 * c.ffnDim) * FLOAT_BYTES;
