// (left symbol, right symbol) -> rank of the merge, in one flat open-addressing table.

export const NO_MERGE = 0x7fff_ffff;

export class MergeTable {
  readonly #mask: number;
  readonly #slots: Int32Array; // (capacity, 3): left, right, rank; left -1 is empty

  constructor(numMerges: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(4, numMerges * 2)));
    this.#mask = capacity - 1;
    this.#slots = new Int32Array(capacity * 3).fill(-1);
  }

  /** The first rank given for a pair stays. */
  add(left: number, right: number, rank: number): void {
    const slots = this.#slots;
    const at = this.#find(left, right);
    if (slots[at] !== -1) return;
    slots[at] = left;
    slots[at + 1] = right;
    slots[at + 2] = rank;
  }

  /** NO_MERGE when the pair does not merge. */
  rank(left: number, right: number): number {
    const at = this.#find(left, right);
    return this.#slots[at] === -1 ? NO_MERGE : this.#slots[at + 2]!;
  }

  #find(left: number, right: number): number {
    const slots = this.#slots;
    let hash = Math.imul(left, 0x9e37_79b1) ^ Math.imul(right, 0x85eb_ca6b);
    hash ^= hash >>> 15;
    let slot = Math.imul(hash, 0x2c1b_3c6d) >>> 7 & this.#mask;
    while (slots[slot * 3] !== -1 && (slots[slot * 3] !== left || slots[slot * 3 + 1] !== right)) slot = (slot + 1) & this.#mask;
    return slot * 3;
  }
}
