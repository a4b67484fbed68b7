// Cancelling between steps. Within a native call the engine looks at the same flag itself.
import type { Control } from '@lectern/model';
import { ServiceError } from '@lectern/shared';

export function throwIfCancelled(control: Control | undefined): void {
  if (control !== undefined && Atomics.load(control, 0) !== 0) throw new ServiceError('JOB_CANCELLED', 'cancelled');
}
