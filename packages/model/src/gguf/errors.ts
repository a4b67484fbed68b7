// The two ways a model file is refused: it is broken (or hostile), or it is sound but not something Lectern runs.
import { type ErrorDetails, ServiceError } from '@lectern/shared';

export function invalidFile(path: string, problem: string, details: ErrorDetails = {}, cause?: unknown): ServiceError {
  return new ServiceError('MODEL_FILE_INVALID', `model file ${path} is not valid: ${problem}`, { details: { path, ...details }, cause });
}

export function unsupportedFile(path: string, problem: string, details: ErrorDetails = {}): ServiceError {
  return new ServiceError('MODEL_UNSUPPORTED', `model file ${path} is not supported: ${problem}`, { details: { path, ...details } });
}
