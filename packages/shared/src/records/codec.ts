// Redis hashes <-> records. Hashes hold strings; what is not a string is JSON or a decimal number.
import assert from 'node:assert';
import type { ErrorData } from '../errors.ts';
import { type DocumentRecord, documentRecordSchema } from '../schema/document.ts';
import type { JobRequest, JobState, PartialResult } from '../schema/job.ts';
import type { JobRecord, ReadingRecord, ReadingState } from './contract.ts';

export type Hash = Record<string, string>;

const isEmpty = (hash: Hash): boolean => Object.keys(hash).length === 0;

/** Optional string fields that are there. */
const some = <K extends string>(hash: Hash, ...names: K[]): Partial<Record<K, string>> =>
  Object.fromEntries(names.filter((n) => hash[n] !== undefined).map((n) => [n, hash[n]])) as Partial<Record<K, string>>;

const number = (hash: Hash, name: string): number => {
  const value = Number(hash[name]);
  assert(Number.isFinite(value), `field ${name} of a record is ${JSON.stringify(hash[name])}, not a number`);
  return value;
};

export function decodeJob(hash: Hash): JobRecord | undefined {
  if (isEmpty(hash)) return undefined;
  return {
    id: hash['id']!,
    tenant: hash['tenant']!,
    state: hash['state'] as JobState,
    request: JSON.parse(hash['request']!) as JobRequest,
    readingIds: (hash['readingIds'] ?? hash['readingId'] ?? '').split(' ').filter((id) => id !== ''), // version 1 wrote one, as readingId
    model: hash['model']!,
    createdAt: hash['createdAt']!,
    attempt: number(hash, 'attempt'),
    run: number(hash, 'run'),
    seq: number(hash, 'seq'),
    ...some(hash, 'startedAt', 'finishedAt', 'worker', 'cancelRequestedAt'),
    ...(hash['partial'] === undefined ? {} : { partial: JSON.parse(hash['partial']) as PartialResult }),
    ...(hash['error'] === undefined ? {} : { error: JSON.parse(hash['error']) as ErrorData }),
  };
}

export function decodeReading(hash: Hash): ReadingRecord | undefined {
  if (isEmpty(hash)) return undefined;
  return {
    id: hash['id']!,
    tenant: hash['tenant']!,
    documentId: hash['documentId']!,
    model: hash['model']!,
    keep: hash['keep'] as 'index' | 'all',
    state: hash['state'] as ReadingState,
    numTokens: number(hash, 'numTokens'),
    numChunks: number(hash, 'numChunks'),
    numBlocks: number(hash, 'numBlocks'),
    tokensDone: number(hash, 'tokensDone'),
    chunksEncoded: number(hash, 'chunksEncoded'),
    chunksReused: number(hash, 'chunksReused'),
    tokensEncoded: number(hash, 'tokensEncoded'),
    ...some(hash, 'flow', 'startedAt', 'sealedAt'),
    ...(hash['error'] === undefined ? {} : { error: JSON.parse(hash['error']) as ErrorData }),
  };
}

const DOCUMENT_NUMBERS = ['numBytes', 'numChars', 'numPages', 'numTokens'] as const;

export function decodeDocument(hash: Hash): DocumentRecord | undefined {
  if (isEmpty(hash)) return undefined;
  const numbers = DOCUMENT_NUMBERS.filter((n) => hash[n] !== undefined).map((n) => [n, number(hash, n)]);
  const notes = hash['notes'] === undefined ? {} : { notes: JSON.parse(hash['notes']) as unknown };
  return documentRecordSchema.parse({ ...hash, ...Object.fromEntries(numbers), ...notes });
}

/** Fields and values, one after the other, without the undefined ones. */
export const toPairs = (fields: Record<string, string | number | undefined>): Array<string | number> =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
