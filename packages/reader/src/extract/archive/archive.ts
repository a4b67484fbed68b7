// A zip file in memory whose directory was checked. Entries are unpacked one at a time, counted and verified as they come; archives
// within it are never opened.
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { ServiceError } from '@lectern/shared';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { checkEntries } from './check-entries.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, checkArchive, refused } from './limits.ts';

const fromBuffer: (bytes: Buffer, options: yauzl.Options) => Promise<ZipFile> = promisify(yauzl.fromBuffer);

export interface Archive {
  names(): string[];
  has(name: string): boolean;
  /** The entry's bytes in parts; an entry that is not there, is damaged, or whose size was not the declared one is an error. */
  stream(name: string): AsyncGenerator<Buffer>;
  read(name: string): Promise<Buffer>;
}

export async function openArchive(bytes: Uint8Array, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Archive> {
  const { zip, entries } = await readDirectory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), limits);
  checkEntries(entries, limits);
  const byName = new Map(entries.map((entry) => [entry.fileName, entry]));
  async function* stream(name: string): AsyncGenerator<Buffer> {
    const entry = byName.get(name);
    if (entry === undefined) throw refused(`it holds no '${name.slice(0, 100)}'`);
    yield* unpack(zip, entry);
  }
  return {
    names: () => [...byName.keys()],
    has: (name) => byName.has(name),
    stream,
    async read(name) {
      const parts: Buffer[] = [];
      for await (const part of stream(name)) parts.push(part);
      return Buffer.concat(parts);
    },
  };
}

async function readDirectory(bytes: Buffer, limits: ArchiveLimits): Promise<{ zip: ZipFile; entries: Entry[] }> {
  try {
    // yauzl refuses names that are absolute, have a drive letter, a backslash or a '..' part.
    const zip = await fromBuffer(bytes, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true, autoClose: false });
    checkArchive('the number of entries', zip.entryCount, limits.maxEntries);
    return { zip, entries: await entriesOf(zip) };
  } catch (error) {
    throw error instanceof ServiceError ? error : refused((error as Error).message, {}, error);
  }
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

async function* unpack(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer> {
  let checksum = 0;
  try {
    const open: (entry: Entry) => Promise<NodeJS.ReadableStream> = promisify(zip.openReadStream.bind(zip));
    for await (const part of await open(entry)) {
      checksum = crc32(part as Buffer, checksum);
      yield part as Buffer;
    }
  } catch (error) {
    throw error instanceof ServiceError ? error : refused(`${entry.fileName}: ${(error as Error).message}`, { entry: entry.fileName }, error);
  }
  if (checksum !== entry.crc32) throw refused(`${entry.fileName} is damaged: its checksum is ${checksum}, the directory says ${entry.crc32}`, { entry: entry.fileName });
}
