// Settings of the command. The only file of this package that knows environment variables.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel, parseEnv } from '@lectern/shared';
import { z } from 'zod';

export const cliConfigSchema = z.object({
  /** Models, the private Redis, documents and readings. */
  LECTERN_HOME: z.string().min(1).default(join(homedir(), '.lectern')),
  /** An existing Redis: redis://, rediss://, unix:// or a path. The private one when absent. */
  REDIS_URL: z.string().min(1).optional(),
  /** A catalog id, or the path of a GGUF file or of a folder with safetensors. */
  MODEL: z.string().min(1).default('smollm2-135m-instruct'),
  /** The sentence embedder of the embedding route: a catalog id; none switches the route off. */
  EMBEDDER: z.string().min(1).default('all-minilm-l6-v2'),
  /** The model that words the answers: a catalog id, a path, or the base URL of an OpenAI-compatible API. MODEL itself when absent. */
  READER: z.string().min(1).optional(),
  /** Its name at that URL, its key, and the tokens of prompt and answer that it takes. */
  READER_MODEL: z.string().min(1).optional(),
  LECTERN_READER_KEY: z.string().min(1).optional(),
  READER_KEY: z.string().min(1).optional(),
  READER_WINDOW: z.coerce.number().int().min(1024).default(8192),
  /** For `up`: keys of the API, as in its settings. */
  API_KEYS: z.string().default(''),
  /** 1: never download a model. */
  OFFLINE: z.stringbool().default(false),
  /** Of the service that the command starts. */
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** For eval: folder with public data sets, and the key of a service behind --url. */
  LECTERN_EVAL_DATA: z.string().min(1).optional(),
  LECTERN_API_KEY: z.string().min(1).optional(),
  /** Largest file that is handed in. */
  MAX_DOCUMENT_BYTES: z.coerce.number().int().positive().default(256 * 2 ** 20),
});

export interface CliConfig {
  homeRoot: string;
  redisUrl: string | undefined;
  model: string;
  embedder: string;
  reader: string | undefined;
  readerModel: string | undefined;
  readerKey: string | undefined;
  readerWindow: number;
  apiKeys: string;
  offline: boolean;
  logLevel: LogLevel;
  evalData: string | undefined;
  apiKey: string | undefined;
  maxDocumentBytes: number;
  /** For child processes and the service's own settings; without the reader's key. */
  env: Record<string, string | undefined>;
}

export function cliConfig(options: { home?: string | undefined; embedder?: string | undefined } = {}): CliConfig {
  const env = process.env;
  const parsed = parseEnv(cliConfigSchema, env);
  const homeRoot = resolve(options.home ?? parsed.LECTERN_HOME);
  return {
    homeRoot,
    redisUrl: parsed.REDIS_URL,
    model: parsed.MODEL,
    embedder: options.embedder ?? parsed.EMBEDDER,
    reader: parsed.READER,
    readerModel: parsed.READER_MODEL,
    readerKey: parsed.LECTERN_READER_KEY ?? parsed.READER_KEY,
    readerWindow: parsed.READER_WINDOW,
    apiKeys: parsed.API_KEYS,
    offline: parsed.OFFLINE,
    logLevel: parsed.LOG_LEVEL,
    evalData: parsed.LECTERN_EVAL_DATA,
    apiKey: parsed.LECTERN_API_KEY,
    maxDocumentBytes: parsed.MAX_DOCUMENT_BYTES,
    env: { ...env, LECTERN_HOME: homeRoot, EMBEDDER: options.embedder ?? parsed.EMBEDDER, LECTERN_READER_KEY: undefined, READER_KEY: undefined, LECTERN_API_KEY: undefined },
  };
}
