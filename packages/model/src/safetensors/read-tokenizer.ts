// tokenizer.json and tokenizer_config.json as GGUF's tokenizer metadata: byte-level BPE, and BPE over characters with bytes for what is missing
// (Gemma, Llama 2). What would change the ids and is not implemented is refused. NFC alone is left out, as llama.cpp leaves it out:
// ids of text that is not in that form differ from the tokenizers library's, and offsets stay those of the text.
import { join } from 'node:path';
import { z } from 'zod';
import { invalidFile, unsupportedFile } from '../gguf/errors.ts';
import { KIND } from '../tokenizer/vocabulary.ts';
import { byteLevelPre, normalizerOf } from './pre-tokenizer.ts';
import { readJson, readText } from './read-json.ts';

const MAX_TOKENIZER_BYTES = 128 * 2 ** 20;
const MAX_CONFIG_BYTES = 16 * 2 ** 20;
const MAX_TEMPLATE_BYTES = 1 << 20;
const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/;
const SIGNS = /^\u2581+$/;

const MAX_ID = 1 << 23;
const id = z.number().int().nonnegative().max(MAX_ID);
const isId = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_ID;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const isMerge = (value: unknown): boolean =>
  typeof value === 'string' || (Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string');
// Half a million entries: checked by plain loops.
const vocab = z.custom<Record<string, number>>((value) => isObject(value) && Object.values(value).every(isId), 'is not a map from texts to token ids');
const merges = z.custom<Array<string | [string, string]>>((value) => Array.isArray(value) && value.every(isMerge), 'is not a list of merges');
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({
    id, content: z.string().min(1), special: z.boolean(), lstrip: z.boolean().default(false), rstrip: z.boolean().default(false), single_word: z.boolean().default(false),
  })).nullish(),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.literal('BPE').nullish(),
    vocab,
    merges,
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
    continuing_subword_prefix: z.literal('').nullish(),
    end_of_word_suffix: z.literal('').nullish(),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;

const specialToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const configSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});

/** vocabSize: rows of the embedding. eosTokens: what config.json names, where tokenizer_config.json names none. */
export function readTokenizer(folder: string, vocabSize: number, eosTokens: readonly number[]): Map<string, unknown> {
  const path = join(folder, 'tokenizer.json');
  const json = readJson(path, tokenizerSchema, MAX_TOKENIZER_BYTES);
  if (!json) throw invalidFile(folder, 'it has no tokenizer.json');
  const config = readJson(join(folder, 'tokenizer_config.json'), configSchema, MAX_CONFIG_BYTES) ?? {};
  const { tokens, kinds } = listTokens(path, json, vocabSize);
  const idOf = (token: z.infer<typeof specialToken>): number | undefined => {
    const text = typeof token === 'string' ? token : token?.content;
    const found = text === undefined ? -1 : tokens.indexOf(text);
    return found < 0 ? undefined : found;
  };
  const eos = idOf(config.eos_token) ?? eosTokens[0];
  if (eos === undefined) throw invalidFile(folder, 'neither tokenizer_config.json nor config.json names the token that ends a text');
  const bos = idOf(config.bos_token);
  const template = readText(join(folder, 'chat_template.jinja'), MAX_TEMPLATE_BYTES) ?? templateOf(config.chat_template);
  return new Map<string, unknown>([
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', kinds],
    ['tokenizer.ggml.merges', mergesOf(path, json)],
    ...kindOfTokenizer(path, json),
    ['tokenizer.ggml.eos_token_id', eos],
    ...(bos === undefined ? [] : [['tokenizer.ggml.bos_token_id', bos] as const]),
    ...(template === undefined ? [] : [['tokenizer.chat_template', template] as const]),
  ]);
}

function kindOfTokenizer(path: string, { model, normalizer, pre_tokenizer: pre }: TokenizerJson): Array<[string, unknown]> {
  const normal = normalizerOf(path, normalizer);
  if (!model.byte_fallback) {
    if (normal.blanksAreSigns) throw unsupportedFile(path, 'it writes blanks as U+2581 and has no tokens for bytes');
    return [['tokenizer.ggml.model', 'gpt2'], ['tokenizer.ggml.pre', byteLevelPre(path, pre)], ['tokenizer.ggml.ignore_merges', model.ignore_merges ?? false]];
  }
  // With blanks written as U+2581 already, Split at blanks has nothing to do.
  const type = (pre as { type?: unknown } | null)?.type;
  if (!normal.blanksAreSigns || model.ignore_merges || (type !== undefined && type !== 'Split')) {
    throw unsupportedFile(path, 'its tokens for bytes come with another normalizer or pre-tokenizer than Gemma\'s and Llama 2\'s');
  }
  return [['tokenizer.ggml.model', 'llama'], ['tokenizer.ggml.pre', 'default'], ['tokenizer.ggml.add_space_prefix', normal.addsBlank]];
}

function listTokens(path: string, { model, added_tokens: added }: TokenizerJson, vocabSize: number): { tokens: string[]; kinds: number[] } {
  const tokens: Array<string | undefined> = new Array<undefined>(vocabSize).fill(undefined);
  const kinds: number[] = new Array<number>(vocabSize).fill(KIND.unused);
  const set = (id: number, text: string, kind: number): void => {
    if (id >= vocabSize) throw invalidFile(path, `token ${id} (${JSON.stringify(text.slice(0, 80))}) is beyond the ${vocabSize} of the model`, { limit: vocabSize });
    if (tokens[id] !== undefined && tokens[id] !== text) throw invalidFile(path, `token ${id} is both ${JSON.stringify(tokens[id].slice(0, 80))} and ${JSON.stringify(text.slice(0, 80))}`);
    tokens[id] = text;
    kinds[id] = kind;
  };
  for (const [text, id] of Object.entries(model.vocab)) set(id, text, model.byte_fallback && BYTE_TOKEN.test(text) ? KIND.byte : KIND.normal);
  for (const { id, content, special, lstrip, rstrip, single_word: isWord } of added ?? []) {
    if (lstrip || rstrip || isWord) throw unsupportedFile(path, `token ${JSON.stringify(content.slice(0, 80))} takes blanks or word ends beside it into account`);
    if (id >= vocabSize && model.vocab[content] === undefined) continue; // of another modality: it has no embedding here
    if (!special && model.byte_fallback && SIGNS.test(content)) continue; // a run of blanks, which merges make as well
    set(id, content, special ? KIND.control : KIND.userDefined);
  }
  return { tokens: tokens.map((text, id) => text ?? `[unused ${id}]`), kinds };
}

function mergesOf(path: string, { model: { merges } }: TokenizerJson): string[] {
  return merges.map((merge, rank) => {
    if (typeof merge === 'string') return merge;
    if (merge.some((text) => text.includes(' ') || text === '')) throw invalidFile(path, `merge ${rank} joins a text that is empty or has a blank`);
    return merge.join(' ');
  });
}

function templateOf(template: z.infer<typeof configSchema>['chat_template']): string | undefined {
  if (typeof template === 'string') return template;
  return template?.find(({ name }) => name === 'default')?.template;
}
