// The model that words the answers, where it is not the index model: loaded once by the thread that answers.
import { loadAnswerModel, localReader, remoteReader, type AnswerModel, type LoadReaderModelOptions } from '@lectern/reader';
import type { ReaderSettings } from './protocol.ts';

/** Undefined when it turns out to be the index model under another name. */
export async function loadReader(settings: ReaderSettings, indexModelId: string, options: LoadReaderModelOptions): Promise<AnswerModel | undefined> {
  if (settings.kind === 'remote') return remoteReader(settings);
  const model = await loadAnswerModel(settings.model, { ...options, maxBytes: settings.maxBytes, isWanted: (id) => id !== indexModelId });
  return model === undefined ? undefined : localReader(model);
}
