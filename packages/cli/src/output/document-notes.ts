// What the extraction says about a document, for a person and as JSON.
import { printable } from './printable.ts';

export interface DocumentNote { name: string; note: string }

export const noteLines = (notes: readonly DocumentNote[]): string[] => notes.map(({ name, note }) => printable(`${name}: ${note}`));

/** A field beside the others, only when there are some. */
export const notesJson = (notes: readonly DocumentNote[]): { notes?: DocumentNote[] } => (notes.length === 0 ? {} : { notes: [...notes] });
