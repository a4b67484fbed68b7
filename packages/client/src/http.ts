// One request: the key, the errors (rebuilt from problem+json), the answer checked against its schema.
import { errorFromProblem, ServiceError } from '@lectern/shared';
import { z } from 'zod';

export interface ClientOptions {
  /** 'http://127.0.0.1:8080' */
  baseUrl: string;
  apiKey?: string;
  /** @default the global fetch */
  fetch?: typeof fetch;
}

export type RequestBody = NonNullable<RequestInit['body']>;

export interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string | undefined>;
  body?: RequestBody;
  signal?: AbortSignal | undefined;
}

export interface Http {
  /** Failures of every kind are ServiceErrors, except that an aborted signal throws its reason. */
  send(call: Call): Promise<Response>;
  json<S extends z.ZodType>(call: Call, schema: S): Promise<z.output<S>>;
}

export function createHttp({ baseUrl, apiKey, fetch: doFetch = fetch }: ClientOptions): Http {
  const send = async (call: Call): Promise<Response> => {
    const url = new URL(call.path, baseUrl);
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    const headers = new Headers();
    for (const [name, value] of Object.entries(call.headers ?? {})) if (value !== undefined) headers.set(name, value);
    if (apiKey !== undefined) headers.set('Authorization', `Bearer ${apiKey}`);
    let response: Response;
    try {
      response = await doFetch(url, {
        method: call.method, headers, redirect: 'error',
        ...(call.body === undefined ? {} : { body: call.body, duplex: 'half' }),
        ...(call.signal ? { signal: call.signal } : {}),
      } as RequestInit);
    } catch (error) {
      throw unreachable(error, call.signal, baseUrl);
    }
    if (!response.ok) throw await errorOf(response, call);
    return response;
  };
  return {
    send,
    async json(call, schema) {
      const response = await send(call);
      let body: unknown;
      try {
        body = await response.json();
      } catch (error) {
        if (error instanceof SyntaxError) throw new ServiceError('INTERNAL', `${call.method} ${call.path} was answered with something that is no JSON`, { cause: error });
        throw unreachable(error, call.signal, baseUrl);
      }
      const parsed = schema.safeParse(body);
      if (parsed.success) return parsed.data;
      throw new ServiceError('INTERNAL', `${call.method} ${call.path} was answered with something this client does not understand: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
    },
  };
}

/** What fetch throws, as an error of ours. */
export function unreachable(error: unknown, signal: AbortSignal | undefined, baseUrl: string): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof ServiceError) return error;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return new ServiceError('SERVICE_UNREACHABLE', `cannot reach the service at ${baseUrl}: ${cause?.code ?? cause?.message ?? (error as Error).message}`, { cause: error });
}

async function errorOf(response: Response, call: Call): Promise<ServiceError> {
  const text = await response.text().catch(() => '');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined; // not ours: a proxy's page
  }
  const known = errorFromProblem(body);
  if (known) return known;
  const message = `${call.method} ${call.path} was answered with status ${response.status} and no problem document: ${text.slice(0, 200)}`;
  return new ServiceError(response.status >= 500 ? 'SERVICE_UNREACHABLE' : 'INTERNAL', message, { details: { status: response.status } });
}
