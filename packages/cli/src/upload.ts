// Hands files to the service, as streams.
import { createReadStream } from 'node:fs';
import type { LecternClient } from '@lectern/client';
import { type DocumentView, ServiceError } from '@lectern/shared';
import type { DocumentInput } from './input/document-input.ts';

const UPLOADS_AT_ONCE = 4;
/** The service takes names up to this long: of a longer path its end says more. */
const MAX_NAME_CHARS = 255;

export function uploadDocument(client: LecternClient, { name, path, mediaType }: DocumentInput, signal: AbortSignal): Promise<DocumentView> {
  const kept = [...name.replace(/\p{Cc}/gu, '\ufffd')].slice(-MAX_NAME_CHARS).join('');
  return client.documents.upload(createReadStream(path), { name: kept, mediaType, signal });
}

/** In the order given; a file that is refused, or gone meanwhile, is its error. */
export async function uploadDocuments(client: LecternClient, inputs: readonly DocumentInput[], signal: AbortSignal): Promise<Array<DocumentView | ServiceError>> {
  const uploaded: Array<DocumentView | ServiceError> = [];
  let next = 0;
  const uploadRest = async (): Promise<void> => {
    for (let i = next++; i < inputs.length; i = next++) uploaded[i] = await uploadDocument(client, inputs[i]!, signal).catch(refusal);
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploadRest));
  return uploaded;
}

function refusal(error: unknown): ServiceError {
  if (error instanceof ServiceError && isAboutDocument(error)) return error;
  throw error;
}

/** What is wrong lies in the document, not in the service. */
export const isAboutDocument = ({ code }: ServiceError): boolean =>
  code.startsWith('DOCUMENT_') || code === 'UNSUPPORTED_MEDIA_TYPE' || code === 'DOES_NOT_FIT';
