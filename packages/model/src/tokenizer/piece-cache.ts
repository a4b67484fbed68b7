// Piece of text -> its token ids, bounded: when full it starts over. Ids lie in one pool, so an entry costs little more than its text.
const MAX_PIECES = 1 << 16;
const MAX_POOL = 1 << 18;
const COUNT_BITS = 5;

/** Longer pieces are rare and hardly come twice. */
export const MAX_CACHED_UNITS = 24;
const MAX_CACHED_TOKENS = (1 << COUNT_BITS) - 1;

export class PieceCache {
  /** Ids of the piece that `find` found lie at [start, start + count). */
  readonly pool = new Int32Array(MAX_POOL);
  start = 0;
  count = 0;
  readonly #places = new Map<string, number>();
  #poolSize = 0;

  find(piece: string): boolean {
    const place = this.#places.get(piece);
    if (place === undefined) return false;
    this.start = place >> COUNT_BITS;
    this.count = place & MAX_CACHED_TOKENS;
    return true;
  }

  add(piece: string, ids: Int32Array, count: number): void {
    if (count > MAX_CACHED_TOKENS) return;
    if (this.#places.size === MAX_PIECES || this.#poolSize + count > MAX_POOL) {
      this.#places.clear();
      this.#poolSize = 0;
    }
    for (let i = 0; i < count; i++) this.pool[this.#poolSize + i] = ids[i]!;
    // A copy: a slice of a string can keep the whole document alive.
    const key = Buffer.from(piece, 'utf16le').toString('utf16le');
    this.#places.set(key, (this.#poolSize << COUNT_BITS) | count);
    this.#poolSize += count;
  }
}
