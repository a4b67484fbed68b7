// What the asked documents are called here: the paths as given, not the names that the service keeps.

export interface DocumentName {
  /** As given on the command line. */
  shown: string;
  /** In the service: that of whoever handed it in first. It heads the trails of a document without a title. */
  kept: string;
}

/** By document id. */
export type DocumentNames = ReadonlyMap<string, DocumentName>;

/** The id itself for a document that was not asked. */
export const nameOf = (names: DocumentNames, id: string): string => names.get(id)?.shown ?? id;
