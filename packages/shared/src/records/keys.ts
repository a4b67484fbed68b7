// Every Redis key of the records, in TypeScript and, for the scripts, in Lua. One Redis (not Redis Cluster: scripts build keys).
export const DEFAULT_PREFIX = 'lectern:';

export type Keys = ReturnType<typeof makeKeys>;

export function makeKeys(prefix: string) {
  return {
    prefix,
    job: (id: string) => `${prefix}job:${id}`, // hash
    jobEvents: (id: string) => `${prefix}job:${id}:events`, // list of JSON, the newest last
    jobResult: (id: string) => `${prefix}job:${id}:result`, // JSON
    jobWake: (id: string) => `${prefix}job:${id}:wake`, // pub/sub channel: something happened
    openJobs: `${prefix}jobs:open`, // set of ids that are not terminal
    tenantJobs: (tenant: string, state?: string) => `${prefix}tenant:${tenant}:jobs${state ? `:${state}` : ''}`, // zset, score 0: ordered by id
    document: (tenant: string, id: string) => `${prefix}tenant:${tenant}:doc:${id}`, // hash
    documents: (tenant: string) => `${prefix}tenant:${tenant}:docs`, // zset, score 0, '<ms, 15 digits>.<id>'
    documentJobs: (tenant: string, id: string) => `${prefix}tenant:${tenant}:doc:${id}:jobs`, // set of open jobs
    documentReadings: (tenant: string, id: string) => `${prefix}tenant:${tenant}:doc:${id}:readings`, // set
    documentLock: (tenant: string, id: string) => `${prefix}tenant:${tenant}:doc:${id}:lock`, // token
    reading: (id: string) => `${prefix}reading:${id}`, // hash
    readingWaiting: (id: string) => `${prefix}reading:${id}:waiting`, // set of job ids
    readingChunks: (id: string) => `${prefix}reading:${id}:chunks`, // bitmap of stored chunks, while its flow runs
    openReadings: `${prefix}readings:open`, // set of ids: not at rest, or with jobs waiting
    worker: (id: string) => `${prefix}worker:${id}`, // JSON, expires
    workers: `${prefix}workers`, // zset: score = when it expires, ms
    idempotency: (tenant: string, keyHash: string) => `${prefix}tenant:${tenant}:idempotency:${keyHash}`, // hash
  };
}

/** The same names for scripts; ARGV[1] is the prefix. */
export const LUA_KEYS = `
local P = ARGV[1]
local function job_key(id) return P .. 'job:' .. id end
local function tenant_jobs(tenant, state) return P .. 'tenant:' .. tenant .. ':jobs' .. (state and (':' .. state) or '') end
local function document_key(tenant, id) return P .. 'tenant:' .. tenant .. ':doc:' .. id end
local function reading_key(id) return P .. 'reading:' .. id end
local OPEN_JOBS = P .. 'jobs:open'
local DUE_JOBS = P .. 'jobs:due' -- zset: '<tenant> <state> <id>', score = when nothing of it is left, ms
local OPEN_READINGS = P .. 'readings:open'
`;
