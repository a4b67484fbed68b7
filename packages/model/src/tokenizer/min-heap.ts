// A binary heap of (rank, place), smallest rank first, then smallest place; both in one double: rank * 2^31 + place < 2^53.
const PLACES = 2 ** 31;

export class MinHeap {
  /** The pair that the last pop gave. */
  rank = 0;
  place = 0;
  #keys: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  push(rank: number, place: number): void {
    if (this.#size === this.#keys.length) {
      const grown = new Float64Array(this.#size * 2);
      grown.set(this.#keys);
      this.#keys = grown;
    }
    const keys = this.#keys;
    const key = rank * PLACES + place;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  /** False when empty. */
  pop(): boolean {
    if (this.#size === 0) return false;
    const keys = this.#keys;
    this.rank = Math.floor(keys[0]! / PLACES);
    this.place = keys[0]! - this.rank * PLACES;
    const key = keys[--this.#size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
    return true;
  }
}
