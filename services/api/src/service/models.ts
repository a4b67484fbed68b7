// What workers announce -> the models and readers that clients may name.
import type { ModelList, ReaderView, WorkerAnnouncement } from '@lectern/shared';

export function modelsOf(workers: readonly WorkerAnnouncement[], defaultModel: string): ModelList['data'] {
  const found = new Map<string, ModelList['data'][number]>();
  for (const worker of workers) {
    for (const model of worker.models) {
      const known = found.get(model.id);
      found.set(model.id, {
        ...model, isDefault: model.id === defaultModel, numWorkers: (known?.numWorkers ?? 0) + 1, readers: withReaders(known?.readers ?? [], worker),
      });
    }
  }
  return [...found.values()];
}

function withReaders(known: readonly ReaderView[], { readers = [] }: WorkerAnnouncement): ReaderView[] {
  const all = new Map(known.map((reader) => [reader.id, reader]));
  for (const reader of readers) {
    const other = all.get(reader.id);
    all.set(reader.id, { ...reader, numWorkers: (other?.numWorkers ?? 0) + 1, isDefault: reader.isDefault || other?.isDefault === true });
  }
  return [...all.values()];
}
