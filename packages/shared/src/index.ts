export type { BlobStat, BlobStore } from './blob/blob-store.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './queues.ts';
export type * from './records/contract.ts';
export * from './schema/document.ts';
export * from './schema/job.ts';
export * from './metrics/index.ts';
