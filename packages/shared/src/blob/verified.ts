// Which files this process has hashed already, and in which state: the same file need not be hashed at each read. Whoever changes a file
// changes its identity; only what a disk loses by itself shows as late as the next process that reads it.
import type { BigIntStats } from 'node:fs';

const MAX_REMEMBERED = 50_000;
/** A file changed this recently could change again within the same tick of the file system's clock. */
export const SETTLED_AFTER_MS = 1_000;

export class VerifiedFiles {
  readonly #identities = new Map<string, string>();

  has(key: string, facts: BigIntStats): boolean {
    return this.#identities.get(key) === identityOf(facts);
  }

  add(key: string, facts: BigIntStats): void {
    if (Date.now() - Number(facts.mtimeMs) < SETTLED_AFTER_MS) return;
    if (this.#identities.size >= MAX_REMEMBERED) this.#identities.clear();
    this.#identities.set(key, identityOf(facts));
  }
}

const identityOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string => `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
