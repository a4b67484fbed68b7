// Checks of a zip file's directory, before anything is unpacked: counts, sizes, ratios, names, links, encryption, overlaps.
import { ServiceError } from '@lectern/shared';
import type { Entry } from 'yauzl';
import { type ArchiveLimits, checkArchive, FREE_RATIO_BYTES, refused } from './limits.ts';

const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const FILE_TYPE_MASK = 0o170000;
const SYMLINK = 0o120000;

export function checkEntries(entries: readonly Entry[], limits: ArchiveLimits): void {
  const names = new Set<string>();
  let totalBytes = 0;
  for (const entry of entries) {
    checkEntry(entry, limits);
    const { fileName } = entry;
    const key = fileName.normalize('NFC');
    if (names.has(key)) throw refused(`the name ${quoted(fileName)} occurs twice`, { entry: fileName });
    names.add(key);
    totalBytes += entry.uncompressedSize;
    checkArchive('the unpacked size of all entries, bytes,', totalBytes, limits.maxTotalBytes);
  }
  checkOverlaps(entries);
}

function checkEntry(entry: Entry, limits: ArchiveLimits): void {
  const { fileName, uncompressedSize, compressedSize, compressionMethod } = entry;
  checkArchive(`the unpacked size of ${quoted(fileName)}, bytes,`, uncompressedSize, limits.maxEntryBytes);
  if (uncompressedSize > FREE_RATIO_BYTES) {
    checkArchive(`the ratio of unpacked to packed size of ${quoted(fileName)}`, uncompressedSize / Math.max(1, compressedSize), limits.maxRatio);
  }
  if (((entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK) === SYMLINK) throw refused(`${quoted(fileName)} is a symbolic link`, { entry: fileName });
  if (entry.isEncrypted()) {
    throw new ServiceError('DOCUMENT_ENCRYPTED', `${quoted(fileName)} in the archive is encrypted; save the document without a password`, { details: { entry: fileName } });
  }
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw refused(`${quoted(fileName)} is packed by method ${compressionMethod}; stored (0) and deflated (8) can be read`, { entry: fileName });
  }
  if (/[\u0000-\u001f\u007f]/.test(fileName)) throw refused(`the name ${quoted(fileName)} holds control characters`);
}

/** Entries that share packed bytes unpack to far more than the file's size suggests. */
function checkOverlaps(entries: readonly Entry[]): void {
  const inOrder = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const entry of inOrder) {
    const start = entry.relativeOffsetOfLocalHeader;
    if (start < end) throw refused(`${quoted(entry.fileName)} begins at byte ${start}, within the entry before it, which ends at ${end}`, { entry: entry.fileName });
    end = start + LOCAL_HEADER_BYTES + entry.fileNameLength + entry.compressedSize;
  }
}

const quoted = (name: string): string => `'${name.slice(0, 100).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')}'`;
