// A route as data: Express's routing and the OpenAPI document are both made from it, so they cannot disagree.
import type { ErrorCode } from '@lectern/shared';
import type { Request, Response } from 'express';
import type { z } from 'zod';

export interface RouteInput<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  tenant: string;
  req: Request;
  res: Response;
  /** Aborts when the client has gone or the service drains: stop waiting. */
  signal: AbortSignal;
}

export interface ResponseSpec {
  description: string;
  schema?: z.ZodType;
  /** @default application/json */
  mediaType?: string;
  headers?: Record<string, string>;
}

interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: 'get' | 'post' | 'delete';
  /** '/v1/jobs/{id}' */
  path: string;
  summary: string;
  /** What does not match is NOT_FOUND. */
  params?: P;
  /** Other parameters are refused. */
  query?: Q;
  /** Request headers it looks at, with what they mean. */
  headers?: Record<string, string>;
  /** JSON body. */
  body?: B;
  /** Body that the handler itself reads. */
  rawBody?: { mediaTypes: readonly string[] };
  responses: Record<number, ResponseSpec>;
  errors: readonly ErrorCode[];
  /** Needs no key. */
  isOpen?: boolean;
  /** Refused while the service drains. */
  makesWork?: boolean;
  handle(input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>): Promise<void> | void;
}

export type Route = RouteSpec<z.ZodObject, z.ZodObject, z.ZodType>;

/** Checks the types of one route, then forgets them. */
export const defineRoute = <P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(spec: RouteSpec<P, Q, B>): Route => spec as unknown as Route;
