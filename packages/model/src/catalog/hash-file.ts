// SHA-256 of a file, streamed.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfCancelled, type TransferOptions } from './progress.ts';

const CHUNK_BYTES = 1 << 20;

export async function hashFile(path: string, totalBytes: number, { onProgress, signal }: TransferOptions): Promise<string> {
  const hash = createHash('sha256');
  let numBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    throwIfCancelled(signal);
    hash.update(chunk);
    numBytes += chunk.length;
    onProgress?.({ phase: 'verify', numBytes, totalBytes, from: path });
  }
  return hash.digest('hex');
}
