// Where documents, tokens, segments and results live. Redis holds references and counters only.

export interface BlobStat {
  key: string;
  numBytes: number;
}

/**
 * Keys are '/'-separated, each part [A-Za-z0-9._-]{1,128}, never '.' or '..'; anything else throws VALIDATION.
 * A put is atomic: readers see the whole old blob or the whole new one, never a part. Blobs are stored with a checksum;
 * `get` verifies it and throws BLOB_CORRUPT when it does not match. A missing key throws BLOB_NOT_FOUND.
 * Both name the key in their details. A full disk throws DISK_FULL and leaves nothing behind. A store behind a network that does not
 * answer, or answers with failures, throws BLOB_STORE_UNAVAILABLE after a bounded time; one that refuses throws BLOB_STORE_REFUSED.
 */
export interface BlobStore {
  readonly kind: 'fs' | 's3';
  put(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobStat>;
  /**
   * Gives a blob another key; a blob that has it already is replaced. Whoever reads the new key sees the whole blob or none. A folder does
   * this in one step; S3 copies, then deletes: for a moment, and after a crash in between, the blob has both keys.
   */
  move(from: string, to: string): Promise<void>;
  /** The whole blob, checksum verified. */
  get(key: string): Promise<Buffer>;
  /**
   * As `get` of each, without a copy: the blobs where the system keeps them, never to be written. Where a store has it; it may block.
   * The same object for a blob that was asked for before, when it has not changed.
   */
  views?(keys: readonly string[]): Promise<Buffer[]>;
  /** Bytes [start, end) of the blob, clamped to its size; not verified against the checksum. */
  getRange(key: string, start: number, end: number): Promise<Buffer>;
  /** Undefined when there is no such blob. */
  stat(key: string): Promise<BlobStat | undefined>;
  /** All keys that begin with the prefix, in order. */
  list(prefix: string): AsyncIterable<BlobStat>;
  /** True when something was deleted. */
  delete(key: string): Promise<boolean>;
}
