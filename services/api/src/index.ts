// REST in front of the records and queues. Loads no model.
export { allRoutes, createApi } from './app.ts';
export { type ApiConfig, apiConfig, apiConfigSchema } from './config.ts';
export type { ApiDeps } from './deps.ts';
export { type RunningApi, startApi } from './start.ts';
