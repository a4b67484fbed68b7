// What the event loop needs to know of a loaded model: it never holds one itself.
import { askTaskBytes, type ReaderModel } from '@lectern/reader';
import type { ModelFacts } from './protocol.ts';

export function modelFacts(model: ReaderModel): ModelFacts {
  const { config, sha256 } = model.file;
  return {
    id: model.id, name: config.name, sha256: sha256 ?? '',
    engine: model.transformer.engine, device: model.transformer.device,
    contextLength: config.contextLength, numLayers: config.numLayers, numHeads: config.numHeads, numKvHeads: config.numKvHeads,
    retrievalLayer: Math.max(...model.retrieval.heads.map((head) => head.layer)),
    askTaskBytes: askTaskBytes(model),
  };
}
