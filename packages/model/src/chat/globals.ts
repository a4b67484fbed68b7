// What a chat template can name besides its input. Not the library's own set: its range has no bound, and its clock would make prompts differ by the day
// (templates ask whether strftime_now is defined).

const MAX_RANGE = 100_000;

export const GLOBALS = {
  true: true, True: true, false: false, False: false, none: null, None: null,
  range(start: number, stop?: number, step = 1): number[] {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    const length = Math.max(0, Math.ceil((to - from) / step));
    if (!(length <= MAX_RANGE)) throw new RangeError(`range of ${length}, at most ${MAX_RANGE}`);
    return Array.from({ length }, (_, i) => from + i * step);
  },
  raise_exception(message: unknown): never {
    throw new Error(String(message));
  },
};
