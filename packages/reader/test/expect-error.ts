// The ServiceError that a call throws; anything else fails the test.
import { ServiceError } from '@lectern/shared';

export async function errorOf(call: () => unknown): Promise<ServiceError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
