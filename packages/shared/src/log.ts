// One JSON line per event on stdout. Documents, questions and keys do not belong into it.
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  service: string;
  level?: LogLevel;
  /** File descriptor; 1 (stdout) when absent. */
  fd?: number;
}

export function createLogger({ service, level = 'info', fd = 1 }: LoggerOptions): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['*.authorization', '*.password', 'req.headers.authorization'], censor: '***' },
  }, pino.destination({ dest: fd, sync: false }));
}
