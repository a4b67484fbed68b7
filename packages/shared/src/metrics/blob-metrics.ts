// Measures a blob store's operations without knowing where the figures go: a compute thread hands them to the event loop as data.
import type { Counter, Histogram } from 'prom-client';
import type { BlobStore } from '../blob/blob-store.ts';

export interface BlobOperation {
  op: 'put' | 'move' | 'get' | 'stat' | 'list' | 'delete';
  seconds: number;
  readBytes: number;
  writtenBytes: number;
}

export interface BlobMetricsOwner {
  readonly blobBytes: Counter<'direction'>;
  readonly blobOperation: Histogram<'op'>;
}

export function countBlobOperation(metrics: BlobMetricsOwner, { op, seconds, readBytes, writtenBytes }: BlobOperation): void {
  metrics.blobOperation.observe({ op }, seconds);
  if (readBytes > 0) metrics.blobBytes.inc({ direction: 'read' }, readBytes);
  if (writtenBytes > 0) metrics.blobBytes.inc({ direction: 'write' }, writtenBytes);
}

/** The same store; every operation that succeeded is reported. A range counts as a get, so do views of many blobs together, and a listing until its caller stops. */
export function meterBlobStore(store: BlobStore, report: (operation: BlobOperation) => void): BlobStore {
  const timed = async <T>(op: BlobOperation['op'], work: Promise<T>, bytes: (value: T) => Partial<BlobOperation> = () => ({})): Promise<T> => {
    const started = performance.now();
    const value = await work;
    report({ op, seconds: (performance.now() - started) / 1000, readBytes: 0, writtenBytes: 0, ...bytes(value) });
    return value;
  };
  return {
    kind: store.kind,
    put: (key, bytes) => timed('put', store.put(key, bytes), ({ numBytes }) => ({ writtenBytes: numBytes })),
    move: (from, to) => timed('move', store.move(from, to)),
    get: (key) => timed('get', store.get(key), ({ length }) => ({ readBytes: length })),
    ...(store.views && { views: (keys: readonly string[]) => timed('get', store.views!(keys), (blobs) => ({ readBytes: blobs.reduce((sum, { length }) => sum + length, 0) })) }),
    getRange: (key, start, end) => timed('get', store.getRange(key, start, end), ({ length }) => ({ readBytes: length })),
    stat: (key) => timed('stat', store.stat(key)),
    async *list(prefix) {
      const started = performance.now();
      try {
        yield* store.list(prefix);
      } finally {
        report({ op: 'list', seconds: (performance.now() - started) / 1000, readBytes: 0, writtenBytes: 0 });
      }
    },
    delete: (key) => timed('delete', store.delete(key)),
  };
}
