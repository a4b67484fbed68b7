// A blob store that counts bytes and times every operation.
import type { ApiMetrics, BlobStore } from '@lectern/shared';

export function measuredBlobs(blobs: BlobStore, { blobBytes, blobOperation }: ApiMetrics): BlobStore {
  const timed = async <T>(op: string, work: Promise<T>): Promise<T> => {
    const stop = blobOperation.startTimer({ op });
    try {
      return await work;
    } finally {
      stop();
    }
  };
  const read = async (work: Promise<Buffer>): Promise<Buffer> => {
    const bytes = await timed('get', work);
    blobBytes.inc({ direction: 'read' }, bytes.length);
    return bytes;
  };
  return {
    kind: blobs.kind,
    async put(key, bytes) {
      const stat = await timed('put', blobs.put(key, bytes));
      blobBytes.inc({ direction: 'write' }, stat.numBytes);
      return stat;
    },
    move: (from, to) => timed('move', blobs.move(from, to)),
    get: (key) => read(blobs.get(key)),
    getRange: (key, start, end) => read(blobs.getRange(key, start, end)),
    stat: (key) => timed('stat', blobs.stat(key)),
    list: (prefix) => blobs.list(prefix),
    delete: (key) => timed('delete', blobs.delete(key)),
  };
}
