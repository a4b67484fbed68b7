// What a client asks for and what it gets back. The REST API, the worker and the typed client all use these.
import { z } from 'zod';

/** A way to find blocks. second-look finds none itself: it ranks again what the others put first, where words leave that open. */
export const ROUTES = ['attention', 'bm25', 'embedding', 'second-look'] as const;
export type Route = (typeof ROUTES)[number];

/**
 * reread: the text of the best blocks goes into the model's own window. replay: their stored keys and values, the same for all layers and
 * heads. sparse: of the stored keys and values each layer and KV head chooses its blocks.
 */
export const ASK_MODES = ['reread', 'replay', 'sparse'] as const;
export type AskMode = (typeof ASK_MODES)[number];
/** Stored keys and values are the index model's own: no other model can answer from them. */
export const readsStoredKeys = (mode: AskMode): boolean => mode === 'replay' || mode === 'sparse';

/**
 * normal: one round of finding and reading. thorough: several rounds, for questions about several things, for all values of one, and for
 * what must be followed from one passage to the next; at most five times the work. exhaustive: every sentence of the documents is looked
 * at, for counting and listing.
 */
export const EFFORTS = ['normal', 'thorough', 'exhaustive'] as const;
export type Effort = (typeof EFFORTS)[number];

export const MAX_QUESTION_CHARS = 4_000;
/** Documents that one job may ask about. */
export const MAX_JOB_DOCUMENTS = 1_000;

const documentId = z.string().regex(/^doc_[0-9a-z]{26,64}$/);

export const jobRequestSchema = z.strictObject({
  /** One document, or `documents`: exactly one of the two. */
  document: documentId.optional(),
  documents: z.array(documentId).min(1).max(MAX_JOB_DOCUMENTS).optional(),
  task: z.enum(['answer', 'search', 'read']).default('answer'),
  /** Required for answer and search; refused for read. */
  question: z.string().trim().min(1).max(MAX_QUESTION_CHARS).optional(),
  /** The model that indexes and finds. */
  model: z.string().min(1).max(200).optional(),
  /** The model that writes the answer: an id that a worker announces; the worker's own choice when absent. */
  reader: z.string().min(1).max(200).optional(),
  /** Also answer while the documents are being read, from what is stored so far: `partial` events. Only for answer and search. */
  partial: z.boolean().default(false),
  mode: z.enum(ASK_MODES).default('reread'),
  /** Only for answer. A partial answer takes one round, whatever the effort, and no second look. */
  effort: z.enum(EFFORTS).default('normal'),
  routes: z.array(z.enum(ROUTES)).min(1).optional(),
  /** Passages returned (search) or considered (answer). */
  top: z.int().min(1).max(100).default(8),
  maxOutputTokens: z.int().min(1).max(1024).default(96),
  /** index: keys of the retrieval heads only. all: every layer's keys and values too. */
  keep: z.enum(['index', 'all']).default('index'),
  metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
}).refine((r) => (r.document === undefined) !== (r.documents === undefined), {
  path: ['documents'], error: 'give either document or documents',
}).refine((r) => r.documents === undefined || new Set(r.documents).size === r.documents.length, {
  path: ['documents'], error: 'the same document is named twice',
}).refine((r) => r.routes === undefined || r.routes.some((route) => route !== 'second-look'), {
  path: ['routes'], error: 'second-look ranks again what other routes find: name another route as well',
}).refine((r) => !(r.partial && r.task === 'read'), {
  path: ['partial'], error: 'a read job has no answer, so no partial one',
}).refine((r) => r.task === 'answer' || r.effort === 'normal', {
  path: ['effort'], error: 'only an answer takes an effort',
}).refine((r) => r.task === 'read' ? r.question === undefined : r.question !== undefined, {
  path: ['question'],
  error: (issue) => (issue.input as { task?: string }).task === 'read'
    ? 'a read job takes no question' : 'a question is required for this task',
});
export type JobRequest = z.infer<typeof jobRequestSchema>;

/** Documents of a job, in the order asked. */
export const documentsOf = (request: Pick<JobRequest, 'document' | 'documents'>): string[] =>
  request.documents ?? (request.document === undefined ? [] : [request.document]);

/** A passage of the document. Offsets count Unicode code points of the extracted text; end is exclusive. */
export const citationSchema = z.strictObject({
  text: z.string(),
  startChar: z.int().min(0),
  endChar: z.int().min(0),
  /** 1-based line of the extracted text where the passage starts. */
  line: z.int().min(1),
  /** 1-based page of the source, where the format has pages. */
  page: z.int().min(1).optional(),
  /** The document it is from. */
  document: z.string(),
  /** Title and open headings where the passage starts, outermost first; of a table's row its table's first line last. */
  trail: z.array(z.string()),
  score: z.number(),
});
export type Citation = z.infer<typeof citationSchema>;

/** One ranked passage of a search: a block, widened to whole sentences, with its rank on every route that saw it. */
export const passageSchema = citationSchema.extend({
  block: z.int().min(0),
  ranks: z.partialRecord(z.enum(ROUTES), z.int().min(1)),
});
export type Passage = z.infer<typeof passageSchema>;

/** One step towards an answer: what was asked, what was read for it, and what came of it. */
export const roundSchema = z.strictObject({
  question: z.string(),
  /** Empty where nothing was found that fits. */
  found: z.array(citationSchema),
  /** Absent where it was only found, and read together with what other rounds found. */
  answer: z.string().optional(),
  supported: z.boolean().optional(),
});
export type Round = z.infer<typeof roundSchema>;

export const figuresSchema = z.strictObject({
  /** Tokens of the whole document. */
  tokensRead: z.int().min(0),
  /** Chunks that this job's reading encoded, and chunks found already stored. */
  chunksEncoded: z.int().min(0),
  chunksReused: z.int().min(0),
  readSeconds: z.number().min(0),
  /** tokensRead of the encoded chunks / readSeconds; 0 when nothing was encoded. */
  tokensPerSecond: z.number().min(0),
  findSeconds: z.number().min(0),
  answerSeconds: z.number().min(0),
  /** Highest resident memory of the worker process so far, bytes. */
  peakResidentBytes: z.int().min(0),
  outputTokens: z.int().min(0).optional(),
  /** Modes replay and sparse: blocks read by attention / blocks of the document, and whether their keys and values were encoded on demand. */
  blocksAttended: z.int().min(0).optional(),
  blocksTotal: z.int().min(0).optional(),
  chunksEncodedOnDemand: z.int().min(0).optional(),
});
export type Figures = z.infer<typeof figuresSchema>;

/** How much of a job's documents was read when a partial result was made. */
export const coverageSchema = z.strictObject({
  /** Tokens in stored chunks, and of all documents planned so far. */
  tokensRead: z.int().min(0),
  tokensTotal: z.int().min(0),
  /** Documents read to their end, and of the job; those not planned yet count no tokens above. */
  documentsRead: z.int().min(0),
  documentsTotal: z.int().min(1),
});
export type Coverage = z.infer<typeof coverageSchema>;

export const jobResultSchema = z.strictObject({
  /** Absent for search and read. */
  answer: z.string().optional(),
  /** False when the quotations do not carry the answer. Absent for search and read. */
  supported: z.boolean().optional(),
  /**
   * True when the answer is likelier wrong than right, whatever it says: the model that wrote it may answer less than LOW_CEILING
   * of questions correctly with the right passage before it (lower end of the measured interval), or its quality is not known. The quotations then lead.
   */
  uncertain: z.boolean().optional(),
  /** Id of the model that wrote the answer. */
  reader: z.string().optional(),
  finishReason: z.enum(['stop', 'length']).optional(),
  /** Only in a partial result: how much it stands on. */
  coverage: coverageSchema.optional(),
  citations: z.array(citationSchema),
  /** What a person should know of how this was found: routes that were left out, and why. Absent when there is nothing. */
  notes: z.array(z.string()).optional(),
  /** With another effort than normal: what was done, in order. */
  rounds: z.array(roundSchema).optional(),
  /** Only for search. */
  passages: z.array(passageSchema).optional(),
  figures: figuresSchema,
});
export type JobResult = z.infer<typeof jobResultSchema>;

/** An answer from what is stored while the rest is still being read. */
export const partialResultSchema = jobResultSchema.omit({ figures: true }).extend({ coverage: coverageSchema });
export type PartialResult = z.infer<typeof partialResultSchema>;

export const JOB_STATES = ['queued', 'reading', 'answering', 'cancelling', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];
export const TERMINAL_JOB_STATES: readonly JobState[] = ['completed', 'failed', 'cancelled'];
