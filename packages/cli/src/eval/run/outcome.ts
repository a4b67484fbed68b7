// What came of one question: a line of outcomes.jsonl.
import { z } from 'zod';

const count = z.int().min(0);

export const outcomeSchema = z.strictObject({
  suite: z.string(),
  /** As asked for; numTokens: as read. */
  length: count,
  seed: z.int(),
  document: z.string(),
  id: z.string(),
  task: z.string(),
  question: z.string(),
  expected: z.array(z.string()),
  answerable: z.boolean(),
  numTokens: count,
  /** Per set of routes: 1-based rank of the first passage that overlaps a gold range, null beyond the first 32. Absent where there is nothing to find. */
  ranks: z.record(z.string(), z.int().min(1).nullable()).optional(),
  findSeconds: z.number(),
  /** The reader's answer to the gold passage alone. */
  ceiling: z.strictObject({ answer: z.string(), score: z.number() }).optional(),
  /** Why the question was not answered: mode dense, the document does not fit. */
  refused: z.string().optional(),
  /** End to end; no score where there is no right answer. */
  answered: z.strictObject({
    answer: z.string(), score: z.number().optional(), supported: z.boolean(), seconds: z.number(),
    /** Quoted spans, and how many of them overlap a gold range. */
    quoted: count, quotedGold: count,
  }).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** The same question in the same document of the same run. */
export const keyOf = ({ suite, length, seed, id }: Pick<Outcome, 'suite' | 'length' | 'seed' | 'id'>): string => JSON.stringify([suite, length, seed, id]);
