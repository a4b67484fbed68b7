// What the asked documents are called here: the paths as given, not the names that the service keeps.

/** By document id. */
export type DocumentNames = ReadonlyMap<string, string>;

/** The id itself for a document that was not asked. */
export const nameOf = (names: DocumentNames, id: string): string => names.get(id) ?? id;
