// What the event loop needs to know of a loaded model: it never holds one itself.
import { askTaskBytes, isUncertain, localReader, type AnswerModel, type EmbedderChoice, type ReaderModel } from '@lectern/reader';
import type { ModelFacts, ReaderFacts } from './protocol.ts';

export function modelFacts(model: ReaderModel, choice: EmbedderChoice, reader: AnswerModel | undefined): ModelFacts {
  const { config, sha256 } = model.file;
  return {
    id: model.id, name: config.name, sha256: sha256 ?? '',
    engine: model.transformer.engine, device: model.transformer.device,
    contextLength: config.contextLength, numLayers: config.numLayers, numHeads: config.numHeads, numKvHeads: config.numKvHeads,
    retrievalLayer: Math.max(...model.retrieval.heads.map((head) => head.layer)),
    embedder: choice.embedder === undefined ? { absent: choice.embedderAbsent } : { id: choice.embedder.id },
    askTaskBytes: Math.max(askTaskBytes(model, choice.embedder), reader?.taskBytes ?? 0),
    readers: [...(reader === undefined ? [] : [reader]), localReader(model)].map(readerFacts),
  };
}

function readerFacts(reader: AnswerModel): ReaderFacts {
  const { id, kind, name, contextLength, ceiling } = reader;
  return { id, kind, name, contextLength, ...(ceiling === undefined ? {} : { ceiling }), uncertain: isUncertain(reader) };
}
