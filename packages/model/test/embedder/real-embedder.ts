// The catalog's embedder: cached under LECTERN_HOME (default ~/.lectern), fetched and verified when absent.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { listEmbedders, resolveEmbedder, type ResolvedEmbedder } from '../../src/catalog/index.ts';

export const resolveRealEmbedder = (): Promise<ResolvedEmbedder> =>
  resolveEmbedder(listEmbedders()[0]!.id, { home: process.env['LECTERN_HOME'] ?? join(homedir(), '.lectern') });

export const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const largestDifference = (a: Float32Array, b: Float32Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
