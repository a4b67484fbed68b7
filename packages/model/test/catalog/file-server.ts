// A real HTTP server over bytes in memory, with ranges, that can break off, refuse ranges, redirect and fail.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  body: Buffer | string;
  contentType?: string;
  status?: number;
  /** Cut the connection after so many bytes of an answer, this many times. */
  breakAfter?: number;
  breaks?: number;
  noRanges?: boolean;
  redirectTo?: string;
}

export class FileServer {
  readonly files = new Map<string, Served>();
  /** 'path range' of each request. */
  readonly requests: string[] = [];
  url = '';
  #server: Server | undefined;

  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server!.close(resolve));
  }

  reset(): void {
    this.files.clear();
    this.requests.length = 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!);
    const served = this.files.get(path);
    this.requests.push(`${path} ${request.headers.range ?? ''}`.trim());
    if (!served) {
      response.writeHead(404).end();
    } else if (served.redirectTo) {
      response.writeHead(302, { location: served.redirectTo }).end();
    } else {
      this.#send(served, request, response);
    }
  }

  #send(served: Served, request: IncomingMessage, response: ServerResponse): void {
    const body = Buffer.from(served.body);
    const start = served.noRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= body.length && start > 0) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
      return;
    }
    const rest = body.subarray(start);
    response.writeHead(served.status ?? (start > 0 ? 206 : 200), {
      'content-type': served.contentType ?? 'application/octet-stream',
      'content-length': rest.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    });
    if (served.breakAfter !== undefined && (served.breaks ?? 0) > 0) {
      served.breaks!--;
      response.write(rest.subarray(0, served.breakAfter), () => setTimeout(() => response.destroy(), 20));
      return;
    }
    response.end(rest);
  }
}
