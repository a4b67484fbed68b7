// Hands a file to the service, as a stream.
import { createReadStream } from 'node:fs';
import type { LecternClient } from '@lectern/client';
import type { DocumentView } from '@lectern/shared';
import type { DocumentInput } from './input/document-input.ts';

export function uploadDocument(client: LecternClient, { name, path, mediaType }: DocumentInput, signal: AbortSignal): Promise<DocumentView> {
  return client.documents.upload(createReadStream(path), { name, mediaType, signal });
}
