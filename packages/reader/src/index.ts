// The door of the reader: documents in, passages and answers out. Knows no queue.
export type * from './contract.ts';
export { loadAnswerModel, loadReaderModel, type LoadAnswerModelOptions, type LoadReaderModelOptions } from './load-model.ts';
export * from './answer-model/index.ts';
export { blobKeys } from './blob-keys.ts';
export { detectMediaType } from './extract/media-type.ts';
export { extractDocument } from './extract/index.ts';
export { planReading, type PlanArgs } from './plan/plan.ts';
export { loadPlan, loadReading } from './plan/stored-plan.ts';
export { loadStructure, type DocumentStructure } from './plan/stored-document.ts';
export { encodeChunks, storedChunks } from './encode/encode-chunks.ts';
export { sealReading } from './encode/seal.ts';
export { find } from './find/find.ts';
export { ask } from './ask/ask.ts';
export { DEFAULT_EXTRACT_LIMITS, readDocument, type ReadDocumentArgs } from './read-document.ts';
export { askTaskBytes, encodeTaskBytes, planTaskBytes } from './estimates.ts';
export { answerContains } from './calibrate/judge.ts';
export { type Fact, type PlantedFact, plantFacts } from './calibrate/plant.ts';
export { createRandom, type Random } from './calibrate/random.ts';
