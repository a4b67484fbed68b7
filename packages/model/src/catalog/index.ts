// The models known by name, and how their files come onto this disk.
export { cachedModelPath, type FoundModel, findModel, listCatalog, listEmbedders } from './catalog.ts';
export { readUserCatalog, userCatalogPath, writeUserEntry } from './user-catalog.ts';
export type { ModelProgress } from './progress.ts';
export { type ResolvedModel, type ResolveOptions, resolveModel } from './resolve-model.ts';
export { type ResolvedEmbedder, resolveEmbedder } from './resolve-embedder.ts';
