// A real HTTP server that speaks the OpenAI protocol of /chat/completions, or breaks it in the way a test asks for.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest { url: string; headers: IncomingMessage['headers']; body: { model?: string; messages?: Array<{ content: string }>; max_tokens?: number; stream?: boolean } }
export type Behaviour = (res: ServerResponse, request: SeenRequest) => void | Promise<void>;

export interface CompletionServer {
  /** The API's base. */
  url: string;
  host: string;
  seen: SeenRequest[];
  /** Requests whose connection the client closed before the answer ended. */
  numAborted: number;
  /** The first answers in turn; then the last one again. */
  behave(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

export async function completionServer(): Promise<CompletionServer> {
  let behaviours: Behaviour[] = [streaming(['ok'])];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const request = { url: req.url ?? '', headers: req.headers, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as SeenRequest['body'] };
    self.seen.push(request);
    res.on('close', () => { if (!res.writableEnded) self.numAborted++; });
    const behaviour = behaviours.length > 1 ? behaviours.shift()! : behaviours[0];
    await behaviour(res, request);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const self: CompletionServer = {
    url: `http://127.0.0.1:${port}/v1`, host: `127.0.0.1:${port}`, seen: [], numAborted: 0,
    behave(...next) {
      behaviours = next;
      self.seen.length = 0;
      self.numAborted = 0;
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  return self;
}

export const event = (data: object | string): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
export const delta = (content: string, finishReason: string | null = null): object => ({ choices: [{ index: 0, delta: { content }, finish_reason: finishReason }] });

export function streaming(parts: readonly string[], { finishReason = 'stop' as string | null, done = true, usage = undefined as number | undefined } = {}): Behaviour {
  return (res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    res.write(event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }));
    for (const part of parts) res.write(event(delta(part)));
    if (finishReason !== null) res.write(event({ choices: [{ index: 0, delta: {}, finish_reason: finishReason }] }));
    if (usage !== undefined) res.write(event({ choices: [], usage: { completion_tokens: usage } }));
    res.end(done ? event('[DONE]') : '');
  };
}

export function failing(status: number, body: string | object = '', headers: Record<string, string> = {}): Behaviour {
  return (res) => {
    res.writeHead(status, { 'Content-Type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export const raw = (headers: Record<string, string>, ...writes: Array<string | Buffer>): Behaviour => (res) => {
  res.writeHead(200, headers);
  for (const write of writes) res.write(write);
  res.end();
};
