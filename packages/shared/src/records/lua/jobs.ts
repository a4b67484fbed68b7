// The job's state machine: one script per transition. Arguments after the prefix stand in the first comment of each.
import { defineScript } from '../script.ts';

/** Events are kept up to this many per job; the oldest go first. */
export const MAX_JOB_EVENTS = 8_192;

const COMMON = `
local function add_event(id, kind, data, at)
  local key = job_key(id)
  local seq = redis.call('HINCRBY', key, 'seq', 1)
  redis.call('RPUSH', key .. ':events', '{"seq":' .. seq .. ',"type":"' .. kind .. '","data":' .. data .. ',"at":"' .. at .. '"}')
  redis.call('LTRIM', key .. ':events', -${MAX_JOB_EVENTS}, -1)
  redis.call('PUBLISH', key .. ':wake', seq)
  return seq
end

local function is_terminal(state) return state == 'completed' or state == 'failed' or state == 'cancelled' end

local function enter(id, tenant, from, to)
  redis.call('HSET', job_key(id), 'state', to)
  if from then redis.call('ZREM', tenant_jobs(tenant, from), id) end
  redis.call('ZADD', tenant_jobs(tenant, to), 0, id)
end

-- What expired long ago leaves its place in the lists: each end of a job clears up to 20 others.
local function sweep(now)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', DUE_JOBS, '-inf', now, 'LIMIT', 0, 20)) do
    local tenant, state, id = string.match(member, '^(%S+) (%S+) (%S+)$')
    redis.call('ZREM', DUE_JOBS, member)
    redis.call('ZREM', tenant_jobs(tenant), id)
    redis.call('ZREM', tenant_jobs(tenant, state), id)
    redis.call('DEL', job_key(id), job_key(id) .. ':events', job_key(id) .. ':result')
  end
end

-- Ids with spaces between them; a record of version 1 has one, as 'document'.
local function documents_of(id)
  local documents, document = unpack(redis.call('HMGET', job_key(id), 'documents', 'document'))
  return documents or document or ''
end

-- The first of them that is not there.
local function absent_document(tenant, documents)
  for document in string.gmatch(documents, '%S+') do
    if redis.call('EXISTS', document_key(tenant, document)) == 0 then return document end
  end
end

local function open_job(id, tenant, documents)
  redis.call('SADD', OPEN_JOBS, id)
  for document in string.gmatch(documents, '%S+') do redis.call('SADD', document_key(tenant, document) .. ':jobs', id) end
end

-- The result and the events live for ttl, the record twice as long: so 'expired' can be told from 'never there'.
local function finish(id, from, to, at, now, ttl, error)
  local key = job_key(id)
  local tenant = redis.call('HGET', key, 'tenant')
  enter(id, tenant, from, to)
  redis.call('HSET', key, 'finishedAt', at)
  if error then redis.call('HSET', key, 'error', error) end
  redis.call('SREM', OPEN_JOBS, id)
  for document in string.gmatch(documents_of(id), '%S+') do redis.call('SREM', document_key(tenant, document) .. ':jobs', id) end
  if to == 'completed' then redis.call('HDEL', key, 'partial', 'partialTokens') end
  add_event(id, 'done', '{"state":"' .. to .. '"' .. (error and (',"error":' .. error) or '') .. '}', at)
  redis.call('PEXPIRE', key .. ':events', ttl)
  redis.call('PEXPIRE', key .. ':result', ttl)
  redis.call('PEXPIRE', key, 2 * ttl)
  redis.call('ZADD', DUE_JOBS, now + 2 * ttl, tenant .. ' ' .. to .. ' ' .. id)
  sweep(now)
end
`;

export const createJob = defineScript(COMMON, `
-- id, tenant, documents, at, now, maxOpen, then fields and values
local _, id, tenant, documents, at, now, max_open = unpack(ARGV)
local owner = redis.call('HGET', job_key(id), 'tenant')
if owner then return owner == tenant and 'exists' or 'foreign' end
local absent = absent_document(tenant, documents)
if absent then return 'no-document ' .. absent end
local open = redis.call('SCARD', OPEN_JOBS)
if open >= tonumber(max_open) then return 'full ' .. open end
redis.call('HSET', job_key(id), 'id', id, 'tenant', tenant, 'documents', documents, 'createdAt', at, 'attempt', 0, 'run', 0, 'seq', 0, unpack(ARGV, 8))
redis.call('ZADD', tenant_jobs(tenant), 0, id)
enter(id, tenant, nil, 'queued')
open_job(id, tenant, documents)
add_event(id, 'state', '{"state":"queued"}', at)
sweep(now)
return 'created'
`);

export const markReading = defineScript(COMMON, `
-- id, at
local _, id, at = unpack(ARGV)
local state, tenant = unpack(redis.call('HMGET', job_key(id), 'state', 'tenant'))
if state == 'reading' then return 1 end
if state ~= 'queued' and state ~= 'answering' then return 0 end
enter(id, tenant, state, 'reading')
redis.call('HSETNX', job_key(id), 'startedAt', at)
add_event(id, 'state', '{"state":"reading"}', at)
return 1
`);

export const startAttempt = defineScript(COMMON, `
-- id, worker, at
local _, id, worker, at = unpack(ARGV)
local state, tenant = unpack(redis.call('HMGET', job_key(id), 'state', 'tenant'))
if state ~= 'queued' and state ~= 'reading' and state ~= 'answering' then return 0 end
enter(id, tenant, state, 'answering')
local attempt = redis.call('HINCRBY', job_key(id), 'attempt', 1)
redis.call('HSETNX', job_key(id), 'startedAt', at)
redis.call('HSET', job_key(id), 'worker', worker)
add_event(id, 'state', '{"state":"answering","attempt":' .. attempt .. '}', at)
return attempt
`);

export const setPartial = defineScript(COMMON, `
-- id, run, tokensRead, partial, at
local _, id, run, tokens, partial, at = unpack(ARGV)
local state, current, before = unpack(redis.call('HMGET', job_key(id), 'state', 'run', 'partialTokens'))
if state ~= 'reading' or current ~= run or (before and tonumber(before) >= tonumber(tokens)) then return 0 end
redis.call('HSET', job_key(id), 'partial', partial, 'partialTokens', tokens)
add_event(id, 'partial', partial, at)
return 1
`);

export const completeJob = defineScript(COMMON, `
-- id, attempt, result, at, now, ttl
local _, id, attempt, result, at, now, ttl = unpack(ARGV)
local state, current = unpack(redis.call('HMGET', job_key(id), 'state', 'attempt'))
if state ~= 'answering' or current ~= attempt then return 0 end
redis.call('SET', job_key(id) .. ':result', result)
finish(id, state, 'completed', at, now, ttl)
return 1
`);

export const failJob = defineScript(COMMON, `
-- id, attempt or '', error, at, now, ttl
local _, id, attempt, error, at, now, ttl = unpack(ARGV)
local state, current = unpack(redis.call('HMGET', job_key(id), 'state', 'attempt'))
if not state or is_terminal(state) or (attempt ~= '' and current ~= attempt) then return 0 end
finish(id, state, 'failed', at, now, ttl, error)
return 1
`);

export const requestCancel = defineScript(COMMON, `
-- tenant, id, at, now, ttl
local _, tenant, id, at, now, ttl = unpack(ARGV)
local state, owner = unpack(redis.call('HMGET', job_key(id), 'state', 'tenant'))
if owner ~= tenant then return '' end
if is_terminal(state) or state == 'cancelling' then return state end
redis.call('HSET', job_key(id), 'cancelRequestedAt', at)
if state == 'answering' then
  enter(id, tenant, state, 'cancelling')
  add_event(id, 'state', '{"state":"cancelling"}', at)
  return 'cancelling'
end
finish(id, state, 'cancelled', at, now, ttl)
return 'cancelled'
`);

export const jobCancelled = defineScript(COMMON, `
-- id, at, now, ttl
local _, id, at, now, ttl = unpack(ARGV)
if redis.call('HGET', job_key(id), 'state') ~= 'cancelling' then return 0 end
finish(id, 'cancelling', 'cancelled', at, now, ttl)
return 1
`);

export const retryJob = defineScript(COMMON, `
-- tenant, id, at, maxOpen
local _, tenant, id, at, max_open = unpack(ARGV)
local key = job_key(id)
local state, owner = unpack(redis.call('HMGET', key, 'state', 'tenant'))
if owner ~= tenant then return '' end
if state ~= 'failed' and state ~= 'cancelled' then return state end
local documents = documents_of(id)
local absent = absent_document(tenant, documents)
if absent then return 'no-document ' .. absent end
local open = redis.call('SCARD', OPEN_JOBS)
if open >= tonumber(max_open) then return 'full ' .. open end
redis.call('HDEL', key, 'partial', 'partialTokens', 'error', 'startedAt', 'finishedAt', 'cancelRequestedAt', 'worker')
redis.call('HINCRBY', key, 'run', 1)
redis.call('PERSIST', key)
redis.call('PERSIST', key .. ':events')
redis.call('ZREM', DUE_JOBS, tenant .. ' ' .. state .. ' ' .. id)
enter(id, tenant, state, 'queued')
open_job(id, tenant, documents)
-- Were the old events to have expired, seq still goes on from where it was.
add_event(id, 'state', '{"state":"queued"}', at)
return 'retried'
`);

export const nextRun = defineScript(COMMON, `
-- id, run
local _, id, run = unpack(ARGV)
local state, current = unpack(redis.call('HMGET', job_key(id), 'state', 'run'))
if not state or is_terminal(state) or state == 'cancelling' or current ~= run then return 0 end
return redis.call('HINCRBY', job_key(id), 'run', 1)
`);

export const removeJob = defineScript(COMMON, `
-- tenant, id
local _, tenant, id = unpack(ARGV)
local state, owner = unpack(redis.call('HMGET', job_key(id), 'state', 'tenant'))
if owner ~= tenant then return '' end
if not is_terminal(state) then return state end
redis.call('ZREM', tenant_jobs(tenant), id)
redis.call('ZREM', tenant_jobs(tenant, state), id)
redis.call('ZREM', DUE_JOBS, tenant .. ' ' .. state .. ' ' .. id)
redis.call('DEL', job_key(id), job_key(id) .. ':events', job_key(id) .. ':result')
return 'removed'
`);

export const appendEvent = defineScript(COMMON, `
-- id, kind, data, at, attempt or ''
local _, id, kind, data, at, attempt = unpack(ARGV)
local state, current = unpack(redis.call('HMGET', job_key(id), 'state', 'attempt'))
if not state or is_terminal(state) or (attempt ~= '' and current ~= attempt) then return 0 end
return add_event(id, kind, data, at)
`);

export const readEvents = defineScript(`
-- tenant, id, after, limit -> state, events
local _, tenant, id, after, limit = unpack(ARGV)
local owner, state, seq = unpack(redis.call('HMGET', job_key(id), 'tenant', 'state', 'seq'))
if owner ~= tenant then return {} end
local length = redis.call('LLEN', job_key(id) .. ':events')
local first = math.max(0, tonumber(after) - (tonumber(seq) - length)) -- index of seq = after + 1
return { state, redis.call('LRANGE', job_key(id) .. ':events', first, first + limit - 1) }
`);
