// What stands around the content of a prompt: the tokens before it (the prefix that takes the sink) and those after it.
// Chat models: the user's turn of their template. Base models know no turns: one token that begins a text, and nothing after it.
import type { ChatMessage, Context } from '@lectern/model';
import type { ReaderModel } from './contract.ts';

/** base: the model only continues text. */
export type PromptKind = 'chat' | 'base';

export interface Frame {
  prefixIds: Int32Array; // never empty
  tailIds: Int32Array; // ends the turn and opens the assistant's; empty for base models
}

type FramedModel = Pick<ReaderModel, 'chat' | 'tokenizer' | 'file' | 'entry'>;

const MARKER = 'lectern-content-goes-here';
const frames = new WeakMap<FramedModel['tokenizer'], Frame>();
const contexts = new WeakMap<ReaderModel['transformer'], Promise<Context>>();

/** The catalog's word, else whether the file has a chat template. */
export const promptKindOf = ({ entry, file }: Pick<ReaderModel, 'entry' | 'file'>): PromptKind =>
  entry?.prompt ?? (file.metadata.has('tokenizer.chat_template') ? 'chat' : 'base');

export function frameOf(model: FramedModel): Frame {
  const known = frames.get(model.tokenizer);
  if (known !== undefined) return known;
  const frame = promptKindOf(model) === 'base' ? baseFrame(model) : chatFrame(model);
  frames.set(model.tokenizer, frame);
  return frame;
}

/** Without BOS the token between texts serves: what was trained after it was the beginning of one. */
function baseFrame({ tokenizer }: FramedModel): Frame {
  return { prefixIds: Int32Array.of(tokenizer.bosToken ?? tokenizer.eosToken), tailIds: new Int32Array(0) };
}

/** What a template writes before and after the content of a user's turn that begins with `start`, behind earlier turns; up to the assistant's. */
export function aroundContent(chat: FramedModel['chat'], turns: readonly ChatMessage[], start = ''): { before: string; after: string } {
  const [before, after = ''] = chat.render([...turns, { role: 'user', content: `${start}${MARKER}` }], { addGenerationPrompt: true }).split(MARKER);
  return { before, after };
}

function chatFrame({ chat, tokenizer, file }: FramedModel): Frame {
  const { before, after } = aroundContent(chat, []);
  const ids = tokenizer.encode(before, { parseSpecial: true }).ids;
  const wantsBos = ids.length === 0 || file.metadata.get('tokenizer.ggml.add_bos_token') === true;
  // Exactly one BOS: most templates write it themselves.
  const bos = tokenizer.bosToken;
  const withBos = wantsBos && bos !== undefined && ids[0] !== bos ? Int32Array.of(bos, ...ids) : ids;
  const prefixIds = withBos.length > 0 ? withBos : Int32Array.of(tokenizer.eosToken);
  return { prefixIds, tailIds: tokenizer.encode(after, { parseSpecial: true }).ids };
}

/** The encoded prefix, once per loaded model; it lives as long as the model does. */
export function prefixContext(model: FramedModel & Pick<ReaderModel, 'transformer'>): Promise<Context> {
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
