// The reading's state machine: one script per transition. A flow is one way from `new` to `sealed` or `failed`.
import { defineScript } from '../script.ts';

const COMMON = `
local function at_rest(state) return state == 'new' or state == 'failed' or state == 'sealed' end

-- The flow is over: who waited is returned and forgotten.
local function end_flow(id)
  local key = reading_key(id)
  local waiting = redis.call('SMEMBERS', key .. ':waiting')
  redis.call('DEL', key .. ':waiting', key .. ':chunks')
  redis.call('HDEL', key, 'flow', 'cancelRequestedAt')
  redis.call('SREM', OPEN_READINGS, id)
  return waiting
end
`;

export const awaitReading = defineScript(COMMON, `
-- id, tenant, document, model, keep, job, newFlow
local _, id, tenant, document, model, keep, job, new_flow = unpack(ARGV)
local key = reading_key(id)
local state, flow = unpack(redis.call('HMGET', key, 'state', 'flow'))
if not state then
  state = 'new'
  redis.call('HSET', key, 'id', id, 'tenant', tenant, 'documentId', document, 'model', model, 'keep', keep, 'state', state,
    'numTokens', 0, 'numChunks', 0, 'numBlocks', 0, 'tokensDone', 0, 'chunksEncoded', 0, 'chunksReused', 0, 'tokensEncoded', 0)
  redis.call('SADD', document_key(tenant, document) .. ':readings', id)
end
if state == 'sealed' then return 'sealed' end
redis.call('SADD', key .. ':waiting', job)
redis.call('SADD', OPEN_READINGS, id)
redis.call('HDEL', key, 'cancelRequestedAt')
if flow then return 'waiting' end
redis.call('HSET', key, 'state', 'new', 'flow', new_flow)
return 'start'
`);

export const startPlanning = defineScript(COMMON, `
-- id, at
local _, id, at = unpack(ARGV)
local key = reading_key(id)
local state = redis.call('HGET', key, 'state')
if not state or state == 'sealed' then return 0 end
redis.call('HSET', key, 'state', 'planning', 'startedAt', at, 'tokensDone', 0, 'chunksEncoded', 0, 'chunksReused', 0, 'tokensEncoded', 0)
redis.call('HDEL', key, 'error', 'sealedAt')
redis.call('DEL', key .. ':chunks')
redis.call('SADD', OPEN_READINGS, id)
return 1
`);

export const readingPlanned = defineScript(COMMON, `
-- id, numTokens, numChunks, numBlocks
local _, id, tokens, chunks, blocks = unpack(ARGV)
if redis.call('HGET', reading_key(id), 'state') ~= 'planning' then return 0 end
redis.call('HSET', reading_key(id), 'state', 'encoding', 'numTokens', tokens, 'numChunks', chunks, 'numBlocks', blocks)
return 1
`);

export const chunkDone = defineScript(COMMON, `
-- id, index, numTokens, reused
local _, id, index, tokens, reused = unpack(ARGV)
local key = reading_key(id)
local state, total = unpack(redis.call('HMGET', key, 'state', 'numChunks'))
if not state or at_rest(state) then return 0 end
if redis.call('SETBIT', key .. ':chunks', index, 1) == 1 then return 0 end
redis.call('HINCRBY', key, 'tokensDone', tokens)
if reused == '1' then
  redis.call('HINCRBY', key, 'chunksReused', 1)
else
  redis.call('HINCRBY', key, 'chunksEncoded', 1)
  redis.call('HINCRBY', key, 'tokensEncoded', tokens)
end
if state == 'encoding' and redis.call('BITCOUNT', key .. ':chunks') >= tonumber(total) then redis.call('HSET', key, 'state', 'sealing') end
return 1
`);

export const readingSealed = defineScript(COMMON, `
-- id, at
local _, id, at = unpack(ARGV)
local key = reading_key(id)
local state = redis.call('HGET', key, 'state')
if not state then return {} end
if state ~= 'sealed' then redis.call('HSET', key, 'state', 'sealed', 'sealedAt', at) end
redis.call('HDEL', key, 'error')
return end_flow(id)
`);

export const readingFailed = defineScript(COMMON, `
-- id, error
local _, id, error = unpack(ARGV)
local key = reading_key(id)
local state = redis.call('HGET', key, 'state')
if not state or state == 'sealed' then return {} end -- another flow was faster: nothing is lost
redis.call('HSET', key, 'state', 'failed', 'error', error)
return end_flow(id)
`);

export const giveUpReading = defineScript(COMMON, `
-- id, job, at
local _, id, job, at = unpack(ARGV)
local key = reading_key(id)
redis.call('SREM', key .. ':waiting', job)
local left = redis.call('SCARD', key .. ':waiting')
local state = redis.call('HGET', key, 'state')
if left == 0 and state then
  redis.call('SREM', OPEN_READINGS, id)
  if state ~= 'sealed' then
    if state ~= 'failed' then redis.call('HSET', key, 'state', 'new') end
    redis.call('HSET', key, 'cancelRequestedAt', at)
    redis.call('HDEL', key, 'flow')
  end
end
return left
`);

export const restartReading = defineScript(COMMON, `
-- id, flow or '', newFlow
local _, id, flow, new_flow = unpack(ARGV)
local key = reading_key(id)
local state, current = unpack(redis.call('HMGET', key, 'state', 'flow'))
if not state or state == 'sealed' or (current or '') ~= flow then return '' end
redis.call('HSET', key, 'state', 'new', 'flow', new_flow)
redis.call('HDEL', key, 'cancelRequestedAt')
redis.call('SADD', OPEN_READINGS, id)
return new_flow
`);

export const missingReadings = defineScript(COMMON, `
-- job, then ids -> number of readings that are not sealed, then those of them that do not know of the job
local job = ARGV[2]
local missing = { 0 }
for i = 3, #ARGV do
  if redis.call('HGET', reading_key(ARGV[i]), 'state') ~= 'sealed' then
    missing[1] = missing[1] + 1
    if redis.call('SISMEMBER', reading_key(ARGV[i]) .. ':waiting', job) == 0 then missing[#missing + 1] = ARGV[i] end
  end
end
return missing
`);

export const removeReading = defineScript(COMMON, `
-- id
local id = ARGV[2]
local key = reading_key(id)
if redis.call('SCARD', key .. ':waiting') > 0 then return 0 end -- it is being made anew: those who wait need it
local tenant, document = unpack(redis.call('HMGET', key, 'tenant', 'documentId'))
if tenant then redis.call('SREM', document_key(tenant, document) .. ':readings', id) end
end_flow(id)
redis.call('DEL', key)
return 1
`);
