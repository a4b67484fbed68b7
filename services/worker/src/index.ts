export { workerConfig, workerConfigSchema, type WorkerConfig } from './config.ts';
export { startWorker, type RunningWorker, type StartOptions } from './start.ts';
