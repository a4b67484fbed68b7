// Documents and idempotency keys: what must not be torn apart by another caller.
import { defineScript } from '../script.ts';

export const putDocument = defineScript(`
-- tenant, id, member, then fields and values -> 1 when new
local _, tenant, id, member = unpack(ARGV)
local key = document_key(tenant, id)
if redis.call('EXISTS', key) == 1 then return 0 end
redis.call('HSET', key, unpack(ARGV, 5))
redis.call('ZADD', P .. 'tenant:' .. tenant .. ':docs', 0, member)
return 1
`);

export const updateDocument = defineScript(`
-- tenant, id, then fields and values
local _, tenant, id = unpack(ARGV)
if redis.call('EXISTS', document_key(tenant, id)) == 0 then return 0 end
redis.call('HSET', document_key(tenant, id), unpack(ARGV, 4))
return 1
`);

export const removeDocument = defineScript(`
-- tenant, id, member -> number of jobs that use it, -1 when unknown, 0 when removed
local _, tenant, id, member = unpack(ARGV)
local key = document_key(tenant, id)
if redis.call('EXISTS', key) == 0 then return -1 end
local used = redis.call('SCARD', key .. ':jobs')
if used > 0 then return used end
redis.call('DEL', key)
redis.call('ZREM', P .. 'tenant:' .. tenant .. ':docs', member)
return 0
`);

/** Deletes a lock only for who holds it. */
export const unlock = defineScript(`
-- key, token
if redis.call('GET', ARGV[2]) == ARGV[3] then return redis.call('DEL', ARGV[2]) end
return 0
`);

export const beginIdempotent = defineScript(`
-- key, fingerprint, newJobId, now, leaseMs, ttlMs
local _, key, fingerprint, new_job, now, lease, ttl = unpack(ARGV)
local stored, job, response, busy_until = unpack(redis.call('HMGET', key, 'fingerprint', 'job', 'response', 'busyUntil'))
if not stored then
  redis.call('HSET', key, 'fingerprint', fingerprint, 'job', new_job, 'busyUntil', now + lease)
  redis.call('PEXPIRE', key, ttl)
  return { 'go', new_job }
end
if stored ~= fingerprint then return { 'mismatch' } end
if response then return { 'replay', response } end
if tonumber(busy_until) > tonumber(now) then return { 'in-flight' } end
redis.call('HSET', key, 'busyUntil', now + lease)
return { 'go', job }
`);

export const finishIdempotent = defineScript(`
-- key, job, response
local _, key, job, response = unpack(ARGV)
if redis.call('HGET', key, 'job') ~= job then return 0 end
redis.call('HSET', key, 'response', response)
return 1
`);

export const abandonIdempotent = defineScript(`
-- key, job
local _, key, job = unpack(ARGV)
local current, response = unpack(redis.call('HMGET', key, 'job', 'response'))
if current ~= job or response then return 0 end
return redis.call('DEL', key)
`);
