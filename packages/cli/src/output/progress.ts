// Progress on stderr: a bar on a terminal, else a plain line every few seconds. Nothing at all when quiet.
import cliProgress from 'cli-progress';

const PLAIN_EVERY_MS = 5_000;
const RATE_EVERY_MS = 200;
const SMOOTHING = 0.3; // weight of the newest rate

/** What is known better elsewhere than by watching the counts. */
export interface Pace {
  rate?: number | undefined; // units per second
  etaSeconds?: number | undefined;
}

export interface Progress {
  update(done: number, total: number, pace?: Pace): void;
  stop(): void;
}

export interface ProgressOptions {
  label: string;
  /** With a space before it; '' when format says it. */
  unit: string;
  /** How a count of units is written. */
  format: (count: number) => string;
  quiet: boolean;
  stream?: NodeJS.WriteStream;
}

export function createProgress(options: ProgressOptions): Progress {
  const stream = options.stream ?? process.stderr;
  if (options.quiet) return { update() {}, stop() {} };
  return stream.isTTY ? createBar(options, stream) : createLines(options, stream);
}

/** Units per second, smoothed; undefined until two different counts have come, RATE_EVERY_MS apart. */
export function createRate(now: () => number = Date.now): (done: number) => number | undefined {
  let last: { at: number; done: number } | undefined;
  let rate: number | undefined;
  return (done) => {
    const at = now();
    last ??= { at, done };
    if (done <= last.done || at - last.at < RATE_EVERY_MS) return rate;
    const newest = (done - last.done) / ((at - last.at) / 1000);
    rate = rate === undefined ? newest : SMOOTHING * newest + (1 - SMOOTHING) * rate;
    last = { at, done };
    return rate;
  };
}

function statusText({ unit, format }: ProgressOptions, done: number, total: number, { rate, etaSeconds }: Pace): string {
  const parts = [`${format(done)} of ${format(total)}${unit}`];
  if (rate !== undefined && rate > 0) parts.push(`${format(Math.round(rate))}${unit}/s`);
  const left = etaSeconds ?? (rate !== undefined && rate > 0 ? (total - done) / rate : undefined);
  if (left !== undefined && done < total) parts.push(`${duration(Math.ceil(left))} left`);
  return parts.join(', ');
}

const duration = (s: number): string => s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;

function createBar(options: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const bar = new cliProgress.SingleBar({
    format: `${options.label} {bar} {status}`, stream, hideCursor: true, clearOnComplete: true, barsize: 24, fps: 5, gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  const rateOf = createRate();
  let isStarted = false;
  return {
    update(done, total, pace) {
      const status = statusText(options, done, total, pace ?? { rate: rateOf(done) });
      if (!isStarted) bar.start(total, done, { status });
      isStarted = true;
      bar.setTotal(total);
      bar.update(done, { status });
    },
    stop() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

function createLines(options: ProgressOptions, stream: NodeJS.WriteStream): Progress {
  const rateOf = createRate();
  let lastAt = 0;
  return {
    update(done, total, pace) {
      const rate = rateOf(done);
      if (Date.now() - lastAt < PLAIN_EVERY_MS && done < total) return;
      lastAt = Date.now();
      stream.write(`${options.label}: ${statusText(options, done, total, pace ?? { rate })}\n`);
    },
    stop() {},
  };
}
