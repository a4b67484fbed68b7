// Files that were not read, and how that is told: in a line each while they are few, else in one line for each reason.
import { printable } from '../output/printable.ts';

export type SkipReason = 'hidden' | 'link' | 'empty' | 'too-large' | 'not-readable' | 'kind' | 'refused';

export interface Skipped {
  name: string;
  reason: SkipReason;
  /** In words. */
  why: string;
}

const FEW = 5;

const OF_MANY: Record<SkipReason, string> = {
  hidden: 'hidden files and folders', link: 'links that leave the folder or lead nowhere', empty: 'empty files', 'too-large': 'files that are too large (MAX_DOCUMENT_BYTES)',
  'not-readable': 'files and folders that may not be read', kind: 'files of other kinds than text, Markdown, HTML, PDF, Word and EPUB', refused: 'files whose text could not be taken out',
};

/** Of hidden ones only their number is told. */
export function skippedLines(skipped: readonly Skipped[]): string[] {
  const reasons = Object.keys(OF_MANY) as SkipReason[];
  return reasons.flatMap((reason) => {
    const those = skipped.filter((s) => s.reason === reason);
    if (those.length === 0) return [];
    if (reason !== 'hidden' && those.length <= FEW) return those.map(({ name, why }) => `skipped ${printable(name)}: ${printable(why)}`);
    return [`skipped ${those.length} ${OF_MANY[reason]}${reason === 'hidden' ? '' : `, among them ${printable(those[0]!.name)}`}`];
  });
}
