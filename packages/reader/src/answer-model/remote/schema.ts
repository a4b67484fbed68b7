// What an OpenAI-compatible server answers, as far as it is used. Unknown fields are let through; wrong ones are not.
import { z } from 'zod';

const usage = z.object({ completion_tokens: z.int().min(0).optional() }).nullish();
const finishReason = z.string().max(100).nullish();

/** One event of a stream. Some servers end with one that has usage and no choice. */
export const chunkSchema = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).nullish(), finish_reason: finishReason })).default([]),
  usage,
  error: z.unknown().optional(),
});
export type CompletionChunk = z.infer<typeof chunkSchema>;

/** Servers that do not stream answer so. */
export const completionSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: finishReason })).min(1),
  usage,
});

export const errorBodySchema = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });
