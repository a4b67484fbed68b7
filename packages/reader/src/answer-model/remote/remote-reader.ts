// A model behind an OpenAI-compatible URL as the model that answers. Its key is held in memory, and sent to that URL alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@lectern/shared';
import { rereadPrompt } from '../../ask/prompt.ts';
import { type AnswerModel, type AnswerOptions, type AnswerPrompt, type Generated, MANY_HITS } from '../contract.ts';
import { completionsUrl, readerUrl } from './address.ts';
import { readCompletion } from './read-completion.ts';
import { type Endpoint, post } from './request.ts';
import { type RequestLimits, Watch } from './watch.ts';

export interface RemoteReaderSettings {
  /** The API's base: 'https://host/v1'. */
  url: string;
  /** The server's name of the model. */
  model: string;
  key?: string | undefined;
  /** Tokens of prompt and answer that the server's model takes. */
  contextLength?: number | undefined;
  limits?: Partial<RemoteLimits> | undefined;
}

export interface RemoteLimits extends RequestLimits {
  maxAttempts: number;
  /** Before the second attempt; doubled before each further one. */
  backoffMs: number;
  /** A longer wait that the server asks for is left to whoever tries the whole task again. */
  maxWaitMs: number;
}

const LIMITS: RemoteLimits = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000, totalTimeoutMs: 300_000, maxAttempts: 4, backoffMs: 500, maxWaitMs: 20_000 };
const CONTEXT_LENGTH = 8192;
/** No tokenizer of a model that answers well needs more tokens than this for running text, in any script. */
const BYTES_PER_TOKEN = 3;
const MESSAGE_TOKENS = 32; // the template's own

/** 'name@host': what jobs and results call it. */
export const remoteReaderId = ({ url, model }: Pick<RemoteReaderSettings, 'url' | 'model'>): string => `${model}@${readerUrl(url).host}`;

export function remoteReader(settings: RemoteReaderSettings): AnswerModel {
  const { model, key, contextLength = CONTEXT_LENGTH } = settings;
  if (!/^[\x21-\x7e]{1,160}$/.test(model)) throw new ServiceError('VALIDATION', 'the remote reader\'s model is not named, or its name is not printable ASCII without spaces');
  if (key !== undefined && !/^[\x21-\x7e]{1,4096}$/.test(key)) throw new ServiceError('VALIDATION', 'the reader\'s key holds characters that no HTTP header can carry');
  const endpoint: Endpoint = { url: completionsUrl(readerUrl(settings.url)), key };
  const limits = { ...LIMITS, ...settings.limits };
  let isNewer = false;
  const contentOf = ({ passages, question }: AnswerPrompt) => rereadPrompt(passages, question, { kind: 'chat', reads: 'passages' });
  return {
    id: remoteReaderId(settings), kind: 'remote', name: model, contextLength, ceiling: undefined, ceilingLow: undefined, reads: 'passages', numHits: MANY_HITS, taskBytes: 0,
    countTokens: (prompt) => MESSAGE_TOKENS + Math.ceil(Buffer.byteLength(contentOf(prompt)) / BYTES_PER_TOKEN),
    async answer(prompt, options) {
      const common = { model, messages: [{ role: 'user', content: contentOf(prompt) }], stream: true };
      const ask = () => withAttempts(endpoint, limits, {
        ...common, ...(isNewer ? { max_completion_tokens: options.maxOutputTokens } : { max_tokens: options.maxOutputTokens, temperature: 0 }),
      }, options);
      try {
        return await ask();
      } catch (error) {
        if (isNewer || !wantsNewer(error)) throw error;
        isNewer = true; // from now on
        return ask();
      }
    },
  };
}

/** Models that think take neither max_tokens nor a temperature, and say so. */
const wantsNewer = (error: unknown): boolean =>
  error instanceof ServiceError && error.details?.['status'] === 400 && /max_completion_tokens|temperature/.test(error.message);

/** Until something of the answer was handed on, what may pass is tried again. */
async function withAttempts(endpoint: Endpoint, limits: RemoteLimits, body: object, options: AnswerOptions): Promise<Generated> {
  const { host } = endpoint.url;
  const watch = new Watch(`the reader at ${host}`, limits, options.control);
  let isBegun = false;
  const onBytes = () => watch.expectWithin(limits.idleTimeoutMs, `the reader at ${host} fell silent`);
  const onText = (text: string) => {
    isBegun = true;
    options.onDelta?.(text);
  };
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        watch.signal.throwIfAborted();
        watch.expectWithin(limits.headersTimeoutMs, `the reader at ${host} gave no answer`);
        const response = await post(endpoint, body, watch);
        onBytes();
        return await readCompletion(response, { host, key: endpoint.key, signal: watch.signal, onBytes, onText });
      } catch (error) {
        const waitMs = attempt < limits.maxAttempts && !isBegun && !watch.signal.aborted ? waitAfter(error, attempt, limits) : undefined;
        if (waitMs === undefined) throw error;
        watch.expectWithin(waitMs + limits.headersTimeoutMs, `the reader at ${host} gave no answer`);
        await sleep(waitMs, undefined, { signal: watch.signal }).catch(() => { throw watch.signal.reason; });
      }
    }
  } finally {
    watch.stop();
  }
}

/** Undefined when it cannot pass, or only after too long. Spread, so that many who were refused together do not come back together. */
function waitAfter(error: unknown, attempt: number, { backoffMs, maxWaitMs }: RemoteLimits): number | undefined {
  if (!(error instanceof ServiceError) || error.code !== 'READER_UNAVAILABLE') return undefined;
  const asked = error.details?.['retryAfterSeconds'];
  const waitMs = typeof asked === 'number' ? asked * 1000 : backoffMs * 2 ** (attempt - 1) * (1 + Math.random() / 2);
  return waitMs <= maxWaitMs ? waitMs : undefined;
}
