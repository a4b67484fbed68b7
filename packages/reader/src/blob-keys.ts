// The one place that names every blob of documents, readings, segments and trails.

export const blobKeys = {
  /** The bytes as handed in. */
  source: (documentId: string): string => `documents/${documentId}/source`,
  /** Extracted text, UTF-8, \n line ends. */
  text: (documentId: string): string => `documents/${documentId}/text`,
  /** Title, headings, pages, notes; written after the text, so where it is, the text is. */
  structure: (documentId: string): string => `documents/${documentId}/structure.json`,
  document: (documentId: string): string => `documents/${documentId}/`,

  /** (numTokens) records of Int32 id, Uint32 byteStart. */
  tokens: (readingId: string): string => `readings/${readingId}/tokens`,
  plan: (readingId: string): string => `readings/${readingId}/plan.json`,
  /** The plan again, written when all it names is stored: its presence seals the reading. */
  manifest: (readingId: string): string => `readings/${readingId}/manifest.json`,
  reading: (readingId: string): string => `readings/${readingId}/`,

  /** Index of one chunk. `address` is 64 hex digits. */
  segment: (address: string): string => `segments/${address.slice(0, 2)}/${address}`,
  /** All layers' keys and values of the same chunk. */
  keysAndValues: (segment: string): string => `${segment}.kv`,
  /** Beginnings of the keys whose blobs are addressed by all that went into them: they never change. */
  unchanging: ['segments/', 'trails/', 'embeddings/'] as const,

  trail: (address: string): string => `trails/${address.slice(0, 2)}/${address}`,
  /** Vectors of one chunk's blocks. */
  embeddings: (address: string): string => `embeddings/${address.slice(0, 2)}/${address}`,
};
