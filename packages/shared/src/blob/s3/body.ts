// The body of an answer, whole or not at all: a connection that ends early is an error, never a shorter blob.
import { addAbortSignal, type Readable } from 'node:stream';
import { ServiceError } from '../../errors.ts';
import type { Attempt } from './attempts.ts';

/** More than any blob that is read whole; an answer that claims more is not believed. */
const MAX_BODY_BYTES = 4 * 2 ** 30;

export interface Answer {
  Body?: unknown;
  ContentLength?: number | undefined;
}

/** The declared length decides; without one the stream's end would be all there is to go by. */
export async function readBody(answer: Answer, attempt: Attempt, key: string): Promise<Buffer> {
  const { ContentLength: numBytes } = answer;
  const stream = answer.Body as Readable;
  if (numBytes === undefined || numBytes > MAX_BODY_BYTES) {
    stream.destroy();
    throw new ServiceError('BLOB_STORE_UNAVAILABLE', `the store answers for blob ${key} with ${numBytes ?? 'no'} bytes as its length; at most ${MAX_BODY_BYTES} are read`, { details: { key } });
  }
  attempt.allow(numBytes);
  addAbortSignal(attempt.signal, stream);
  const bytes = Buffer.allocUnsafe(numBytes);
  let filled = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    if (filled + part.length > numBytes) throw cut(key, filled + part.length, numBytes);
    part.copy(bytes, filled);
    filled += part.length;
  }
  if (filled < numBytes) throw cut(key, filled, numBytes);
  return bytes;
}

const cut = (key: string, found: number, declared: number): ServiceError =>
  new ServiceError('BLOB_STORE_UNAVAILABLE', `the store sent ${found} bytes of blob ${key} and had declared ${declared}`, { details: { key } });
