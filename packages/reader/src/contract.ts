// The contract of reading and asking, without queues: what a document is at each step of its way.
// text -> pieces -> tokens -> chunks -> encoded blocks -> segments -> (question) -> block scores -> chosen blocks -> answer -> citations
import type { AnswerModel } from './answer-model/contract.ts';
import type { CatalogEntry, ChatTemplate, Control, Embedder, KvHeadRef, ModelFile, RetrievalSettings, Tokenizer, Transformer } from '@lectern/model';
import type { AskMode, BlobStore, Effort, JobResult, MediaType, Passage, Route } from '@lectern/shared';
import type { AttentionEngine } from '@lectern/sparse-attn';

/** A loaded model with all that reading and asking needs. */
export interface ReaderModel {
  /** Identity that addresses segments and readings: the catalog id, else 'sha256-<hex>'. */
  id: string;
  file: ModelFile;
  tokenizer: Tokenizer;
  chat: ChatTemplate;
  transformer: Transformer;
  attention: AttentionEngine;
  retrieval: RetrievalSettings;
  entry?: CatalogEntry;
}

/** Offsets count Unicode code points of `text`; ends are exclusive. */
export interface PageSpan { page: number; startChar: number; endChar: number } // page is 1-based
/** Open until one of the same level or above (a smaller number) comes; without a title it only closes those. */
export interface Heading { level: number; title: string; startChar: number }

export interface ExtractedDocument {
  title: string; // '' when the source names none
  text: string; // \n line ends, NFC not applied: the characters are the source's
  mediaType: MediaType;
  headings: Heading[]; // in order
  pages: PageSpan[]; // empty where the format has none
  notes: string[]; // plain sentences for the user: 'pages 3-4 have no text layer'
}

export interface ExtractLimits {
  maxBytes: number;
  maxChars: number;
  maxPages: number;
}

/** A chunk's place in the document; [start, end). */
export interface Chunk {
  index: number;
  tokenStart: number;
  tokenEnd: number;
  overlapStart: number; // tokens [overlapStart, tokenStart) are encoded before and discarded
  byteStart: number; // UTF-8 bytes of the text
  byteEnd: number;
  charStart: number; // code points
  charEnd: number;
  lineStart: number; // 1-based line of the text at byteStart
  blockStart: number; // index of its first block in the reading
  numBlocks: number;
  /** Blob key of its segment: content-addressed. */
  segment: string;
  /** Trail of each of its blocks, as an index into ReadingPlan.trails; -1 where no heading is open and the document has no title. */
  trails: number[];
  /** Headings that begin within it, in order: their code point, and the trail from there on, as an index into ReadingPlan.trails or -1. */
  headings: Array<{ charStart: number; trail: number }>;
}

export interface ReadingPlan {
  version: number;
  readingId: string;
  documentId: string;
  model: string;
  keep: 'index' | 'all';
  numTokens: number;
  numChars: number;
  numBlocks: number;
  heads: KvHeadRef[];
  chunks: Chunk[];
  /** Distinct trails: title and open headings, outermost first, with the blob key of their keys, which are stored for those of blocks. */
  trails: Array<{ parts: string[]; segment: string }>;
}

/** One of the documents of a question: its plan, or, with many or unfinished ones, how to get it when its turn comes. */
export type ReadingSource = ReadingPlan | {
  load: () => Promise<ReadingPlan>;
  /** File name: heads the trails of a document without a title when several are asked. */
  name?: string;
  /** Chunks that are stored so far, as a bitmap (the highest bit of the first byte is chunk 0): only these are looked at. Absent: all. */
  stored?: Uint8Array;
};

export interface EncodeStats {
  chunksEncoded: number;
  chunksReused: number;
  tokensEncoded: number;
}

export interface EncodeHooks {
  control?: Control;
  /** After each chunk. */
  onChunk?: (chunk: { index: number; numTokens: number; reused: boolean; seconds: number }) => void | Promise<void>;
}

export interface FindOptions {
  question: string;
  routes: readonly Route[];
  top: number;
  control?: Control;
}

export interface AskOptions extends FindOptions {
  mode: AskMode;
  /** Absent: normal. */
  effort?: Effort;
  /** Of each reading: rounds have several. */
  maxOutputTokens: number;
  /** Text of the answer as it is generated; with rounds as each ends. All of it together is the answer. */
  onDelta?: (text: string) => void;
}

/** What may be left out: every route, 8 passages, mode reread, effort normal, 96 tokens. */
export type FindArgs = Pick<FindOptions, 'question'> & Partial<FindOptions>;
export type AskArgs = Pick<AskOptions, 'question'> & Partial<AskOptions>;

export interface FindResult {
  passages: Passage[];
  /** Tokens of the chunks that were looked at. */
  numTokens: number;
  findSeconds: number;
  /** Bytes of the index that were read to find them. */
  indexBytes: number;
  /** Routes that were asked for and left out, and why. */
  notes: string[];
}

export type AskResult = Omit<JobResult, 'figures' | 'passages' | 'notes'> & {
  passages: Passage[];
  notes: string[];
  numTokens: number;
  findSeconds: number;
  indexBytes: number;
  answerSeconds: number;
  outputTokens: number;
  blocksAttended?: number;
  blocksTotal?: number;
  chunksEncodedOnDemand?: number;
  /** Modes replay and sparse: bytes of stored keys and values that were loaded for attention. */
  segmentBytes?: number;
};

/** A loaded sentence embedder, for the embedding route. */
export interface ReaderEmbedder {
  /** Catalog id and checksum of its files: they address what is stored. */
  id: string;
  sha256: string;
  embedder: Embedder;
}

/** What came of loading one: it, or why there is none. */
export type EmbedderChoice = { embedder: ReaderEmbedder } | { embedder?: undefined; embedderAbsent: string };

/** Everything a reading function needs besides its arguments. */
export interface ReaderContext {
  blobs: BlobStore;
  /** Indexes and finds. */
  model: ReaderModel;
  /** Words the answers; `model` itself when absent. */
  reader?: AnswerModel | undefined;
  /** Embeds blocks as they are read, and questions; without one the embedding route is left out. */
  embedder?: ReaderEmbedder | undefined;
  /** Why there is none. */
  embedderAbsent?: string | undefined;
  tenant: string;
}
