// How far a job's readings have come, as one: counts are summed over its documents.
import type { Progress, ReadingRecord, ReadingState } from '@lectern/shared';

/** Undefined when none of them is known (any more). */
export function progressOf(records: ReadonlyArray<ReadingRecord | undefined>, now: number = Date.now()): Progress | undefined {
  const readings = records.filter((r) => r !== undefined);
  if (readings.length === 0) return undefined;
  const sum = (count: (r: ReadingRecord) => number): number => readings.reduce((total, r) => total + count(r), 0);
  const isUnknown = readings.length < records.length || readings.some((r) => r.numTokens === 0 && r.state !== 'sealed'); // planned: how many tokens there are
  const state = stateOf(records.map((r) => r?.state ?? 'new'));
  const [numTokens, tokensDone] = [sum((r) => r.numTokens), sum((r) => r.tokensDone)];
  const tokensPerSecond = rateOf(readings, now);
  return {
    state, numTokens, tokensDone,
    numChunks: sum((r) => r.numChunks), chunksEncoded: sum((r) => r.chunksEncoded), chunksReused: sum((r) => r.chunksReused),
    documentsRead: readings.filter((r) => r.state === 'sealed').length, documentsTotal: records.length,
    ...(tokensPerSecond === undefined ? {} : { tokensPerSecond: round(tokensPerSecond) }),
    ...(tokensPerSecond === undefined || state !== 'encoding' || isUnknown ? {} : { etaSeconds: round((numTokens - tokensDone) / tokensPerSecond) }),
  };
}

/** failed when one is; else the step that the most advanced unfinished one has reached, and sealed when all are. */
function stateOf(states: readonly ReadingState[]): ReadingState {
  if (states.includes('failed')) return 'failed';
  if (states.every((s) => s === 'sealed')) return 'sealed';
  if (states.includes('encoding')) return 'encoding';
  if (states.includes('sealing')) return 'sealing';
  if (states.includes('planning')) return 'planning';
  return 'new';
}

/** Tokens per second of those that are being read now; of all when none is. */
function rateOf(readings: readonly ReadingRecord[], now: number): number | undefined {
  const unsealed = readings.filter((r) => r.state !== 'sealed');
  const startedSince = Math.min(...unsealed.map((r) => (r.startedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(r.startedAt))));
  // Readings that were sealed while these ran are part of the same work.
  const counted = unsealed.length === 0 ? readings : readings.filter((r) => r.state !== 'sealed' || Date.parse(r.sealedAt ?? '') >= startedSince);
  const starts = counted.flatMap((r) => (r.startedAt === undefined ? [] : [Date.parse(r.startedAt)]));
  const end = unsealed.length > 0 ? now : Math.max(...counted.map((r) => Date.parse(r.sealedAt ?? '') || 0));
  const seconds = (end - Math.min(...starts)) / 1000;
  const tokensEncoded = counted.reduce((total, r) => total + r.tokensEncoded, 0);
  return tokensEncoded > 0 && seconds > 0 && Number.isFinite(seconds) ? tokensEncoded / seconds : undefined;
}

const round = (x: number): number => Math.round(x * 10) / 10;
