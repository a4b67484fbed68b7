// Tells the others every few seconds that this worker is there, with which model and how much memory.
import type { WorkerAnnouncement } from '@lectern/shared';
import type { WorkerParts } from './parts.ts';

/** An announcement outlives this many missed heartbeats. */
const MISSED_HEARTBEATS = 3;

export async function announce(parts: WorkerParts, startedAt: string): Promise<void> {
  const { stores, config, metrics } = parts;
  await stores.workers.announce(announcement(parts, startedAt), config.HEARTBEAT_MS * MISSED_HEARTBEATS);
  metrics.workerHeartbeat.set(Date.now() / 1000);
}

function announcement({ id, config, model, pools }: WorkerParts, startedAt: string): WorkerAnnouncement {
  const { name, sha256, contextLength, numLayers, numHeads, numKvHeads, retrievalLayer } = model;
  return {
    id, startedAt, engine: model.engine, device: model.device,
    models: [{ id: model.id, name, sha256, contextLength, numLayers, numHeads, numKvHeads, retrievalLayer }],
    readers: model.readers.map((reader, i) => ({ ...reader, isDefault: config.READER_ON_REQUEST ? reader.id === model.id : i === 0 })),
    readThreads: pools.read.numThreads, askThreads: pools.ask.numThreads,
    residentBytes: process.memoryUsage.rss(), memoryLimitBytes: config.MEMORY_LIMIT_BYTES,
  };
}
