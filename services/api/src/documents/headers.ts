// What an upload says about itself: media type, character set, name.
import { MEDIA_TYPES, type MediaType, ServiceError } from '@lectern/shared';
import type { Request } from 'express';

const MAX_NAME_CHARS = 255;

export function mediaTypeOf(req: Request): MediaType {
  const header = req.get('content-type') ?? '';
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const known = MEDIA_TYPES.find((t) => t === type);
  if (!known) {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `Content-Type ${header === '' ? 'is missing' : JSON.stringify(header)}: one of ${MEDIA_TYPES.join(', ')} is expected`, { details: { accepted: [...MEDIA_TYPES] } });
  }
  const charset = parameters.find((p) => p.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  if (charset && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new ServiceError('DOCUMENT_ENCODING', `charset ${charset} is declared: send UTF-8`, { details: { charset } });
  }
  const encoding = req.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `Content-Encoding ${encoding}: send the document as it is`);
  return known;
}

/** Undefined when it has none. The header holds it percent-encoded, because headers are Latin-1. */
export function nameOf(req: Request, fromQuery: string | undefined): string | undefined {
  const header = req.get('x-document-name');
  const name = header === undefined ? fromQuery : decode(header);
  if (name === undefined || name === '') return undefined;
  if ([...name].length > MAX_NAME_CHARS || /\p{Cc}/u.test(name)) {
    throw new ServiceError('VALIDATION', `a document's name has at most ${MAX_NAME_CHARS} characters and no control characters`, { details: { limit: MAX_NAME_CHARS } });
  }
  return name;
}

function decode(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch (error) {
    throw new ServiceError('VALIDATION', 'X-Document-Name is not percent-encoded UTF-8', { cause: error });
  }
}
