// Where a document's blobs stand; the names are those of packages/reader/src/blob-keys.ts (tests/integration/api-documents.test.ts holds them to it).
export const documentKeys = {
  upload: (id: string): string => `uploads/${id}`,
  uploads: 'uploads/',
  source: (documentId: string): string => `documents/${documentId}/source`,
  text: (documentId: string): string => `documents/${documentId}/text`,
  document: (documentId: string): string => `documents/${documentId}/`,
  reading: (readingId: string): string => `readings/${readingId}/`,
};
