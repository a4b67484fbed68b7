// The user's turn of a chat prompt: the tokens before its content (the prefix that takes the sink) and those after it.
import type { Context } from '@lectern/model';
import type { ReaderModel } from './contract.ts';

export interface Frame {
  prefixIds: Int32Array; // never empty
  tailIds: Int32Array; // ends the turn and opens the assistant's
}

const MARKER = 'lectern-content-goes-here';
const frames = new WeakMap<ReaderModel['chat'], Frame>();
const contexts = new WeakMap<ReaderModel['transformer'], Promise<Context>>();

export function frameOf(model: ReaderModel): Frame {
  const known = frames.get(model.chat);
  if (known !== undefined) return known;
  const rendered = model.chat.render([{ role: 'user', content: MARKER }], { addGenerationPrompt: true });
  const [before, after = ''] = rendered.split(MARKER);
  const { tokenizer, file } = model;
  const ids = tokenizer.encode(before, { parseSpecial: true }).ids;
  const wantsBos = ids.length === 0 || file.metadata.get('tokenizer.ggml.add_bos_token') === true;
  // Exactly one BOS: most templates write it themselves.
  const bos = tokenizer.bosToken;
  const prefixIds = wantsBos && bos !== undefined && ids[0] !== bos ? Int32Array.of(bos, ...ids) : ids;
  const frame = { prefixIds, tailIds: tokenizer.encode(after, { parseSpecial: true }).ids };
  frames.set(model.chat, frame);
  return frame;
}

/** The encoded prefix, once per loaded model; it lives as long as the model does. */
export function prefixContext(model: ReaderModel): Promise<Context> {
  const known = contexts.get(model.transformer);
  if (known !== undefined) return known;
  const made = (async () => {
    const { prefixIds } = frameOf(model);
    const context = model.transformer.context([], prefixIds.length);
    await model.transformer.forward([{ context, tokens: prefixIds }], {});
    return context;
  })();
  contexts.set(model.transformer, made);
  return made;
}
