// The body of a completion -> the answer's text: server-sent events, or one JSON object where the server does not stream.
import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import type { Generated } from '../contract.ts';
import { withoutThinking } from '../thinking.ts';
import { readBounded } from './bounded.ts';
import { refused, saidBy, unavailable } from './errors.ts';
import { type CompletionChunk, chunkSchema, completionSchema } from './schema.ts';

const MAX_BODY_BYTES = 8 * 2 ** 20;
const MAX_LINE_CHARS = 256 * 1024;
/** An answer of 1,024 tokens and all that a model thinks before it. */
const MAX_TEXT_CHARS = 256 * 1024;

export interface ReadOptions {
  host: string;
  /** Never shown, should the server repeat it. */
  key: string | undefined;
  signal: AbortSignal;
  /** Something came. */
  onBytes: () => void;
  /** More of the answer. */
  onText: (text: string) => void;
}

export async function readCompletion(response: Response, options: ReadOptions): Promise<Generated> {
  const type = response.headers.get('content-type') ?? '';
  if (/^text\/event-stream\b/i.test(type)) return readStream(response, options);
  if (/^application\/json\b/i.test(type)) return readWhole(response, options);
  await response.body?.cancel();
  throw refused(`the reader at ${options.host} answered with ${type === '' ? 'no content type' : type.slice(0, 100)}; text/event-stream is expected: is the URL its API's base, such as https://host/v1?`);
}

async function readWhole(response: Response, { host, signal, onText }: ReadOptions): Promise<Generated> {
  const { text: body, isCut } = await brokenOff(host, signal, () => readBounded(response.body, MAX_BODY_BYTES, signal));
  if (isCut) throw tooLong(host);
  const { choices: [choice], usage } = parsed(body, completionSchema, host);
  const text = withoutThinking(choice.message.content ?? '').trim();
  if (text !== '') onText(text);
  return { text, numTokens: usage?.completion_tokens ?? 0, finishReason: choice.finish_reason === 'length' ? 'length' : 'stop' };
}

async function readStream(response: Response, options: ReadOptions): Promise<Generated> {
  const { host, signal } = options;
  const gathered = new Gathered(options);
  const parser = createParser({ onEvent: ({ data }) => gathered.take(data) });
  const decoder = new TextDecoder();
  let numBytes = 0;
  let lineChars = 0;
  await brokenOff(host, signal, async () => {
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      options.onBytes();
      numBytes += bytes.length;
      const text = decoder.decode(bytes, { stream: true });
      const lineEnd = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
      lineChars = lineEnd < 0 ? lineChars + text.length : text.length - lineEnd;
      if (numBytes > MAX_BODY_BYTES || lineChars > MAX_LINE_CHARS) throw tooLong(host);
      parser.feed(text);
      if (gathered.isDone) break; // some servers keep the connection open
    }
  });
  return gathered.result();
}

/** What a stream has said so far. */
class Gathered {
  readonly #options: ReadOptions;
  #text = '';
  #sent = 0;
  #numChunks = 0;
  #numTokens: number | undefined;
  #finishReason: string | undefined;
  isDone = false;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  take(data: string): void {
    if (this.isDone) return;
    if (data.trim() === '[DONE]') {
      this.isDone = true;
      return;
    }
    const { host, key } = this.#options;
    const chunk: CompletionChunk = parsed(data, chunkSchema, host);
    if (chunk.error !== undefined && chunk.error !== null) {
      throw unavailable(`the reader at ${host} broke off with an error: ${saidBy(JSON.stringify({ error: chunk.error }), key)}`);
    }
    this.#numTokens = chunk.usage?.completion_tokens ?? this.#numTokens;
    const [choice] = chunk.choices;
    if (choice === undefined) return;
    this.#finishReason = choice.finish_reason ?? this.#finishReason;
    if (choice.delta?.content) this.#add(choice.delta.content);
  }

  result(): Generated {
    const { host } = this.#options;
    if (!this.isDone && this.#finishReason === undefined) throw unavailable(`the answer of the reader at ${host} broke off before its end`);
    return { text: withoutThinking(this.#text).trim(), numTokens: this.#numTokens ?? this.#numChunks, finishReason: this.#finishReason === 'length' ? 'length' : 'stop' };
  }

  #add(content: string): void {
    this.#text += content;
    this.#numChunks++;
    if (this.#text.length > MAX_TEXT_CHARS) throw tooLong(this.#options.host);
    const visible = withoutThinking(this.#text);
    if (visible.length <= this.#sent) return;
    this.#options.onText(visible.slice(this.#sent));
    this.#sent = visible.length;
  }
}

const tooLong = (host: string) => refused(`the answer of the reader at ${host} is longer than any that was asked for`, { details: { maxBytes: MAX_BODY_BYTES, maxLineChars: MAX_LINE_CHARS, maxTextChars: MAX_TEXT_CHARS } });

function parsed<S extends z.ZodType>(text: string, schema: S, host: string): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refused(`the reader at ${host} answered with something that is no JSON`, { cause: error });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw refused(`the reader at ${host} answered with something that is no completion: ${z.prettifyError(result.error).slice(0, 500)}`);
}

/** A connection that breaks while the body is read. */
async function brokenOff<T>(host: string, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof TypeError || (error as NodeJS.ErrnoException).code?.startsWith('UND_ERR')) throw unavailable(`the connection to the reader at ${host} broke off`, { cause: error });
    throw error;
  }
}
