// A service together with its lease socket: what `lectern up` runs in the foreground, and what `ask` starts behind itself.
import { ServiceError } from '@lectern/shared';
import { leaseAddress, leaseKey } from './lease-address.ts';
import type { LeaseAnswer } from './lease-protocol.ts';
import { serveLeases } from './lease-server.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';

export interface HostOptions extends Omit<ServiceOptions, 'onBroken'> {
  /** Ends when the last command that uses it has ended; otherwise only when stop is called. */
  endsWhenUnused: boolean;
}

export interface Host {
  readonly service: Service;
  /** Resolves when it is unused, rejects when it broke. stop() is then still to be called. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Undefined when another process already runs the service of this home and Redis. */
export async function startHost(options: HostOptions): Promise<Host | undefined> {
  let end: () => void = () => {};
  let fail: (error: ServiceError) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  ended.catch(() => {}); // looked at by the caller, maybe later

  let starting: Promise<Service> | undefined;
  const leases = await serveLeases({
    address: leaseAddress(options.home, options.redisUrl),
    key: leaseKey(options.home),
    onUnused: options.endsWhenUnused ? () => end() : undefined,
    async prepare({ model, reader }): Promise<LeaseAnswer> {
      const service = await starting;
      if (!service) throw new ServiceError('INTERNAL', 'the service has not begun to start');
      const first = options.first?.model === model ? options.first : undefined;
      const isOwn = reader !== undefined && reader.id === first?.reader?.id;
      await service.ensureWorker({ model, reader, onRequest: reader !== undefined && !isOwn });
      const ownReader = first?.reader?.id;
      return { url: service.url, redisUrl: service.redisUrl, pid: process.pid, ...(ownReader === undefined ? {} : { reader: ownReader }) };
    },
  });
  if (!leases) return undefined;
  starting = startService({ ...options, onBroken: fail });
  try {
    const service = await starting;
    return {
      service,
      ended,
      async stop() {
        leases.refuseNew();
        await service.stop();
        leases.close();
      },
    };
  } catch (error) {
    // Whoever started this process behind itself learns the reason through its lease.
    if (options.endsWhenUnused) await leases.firstRequest;
    await new Promise((resolve) => setImmediate(resolve));
    leases.close();
    throw error;
  }
}
