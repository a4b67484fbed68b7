// A line for the person, on stderr.

export const sayUnless = (quiet: boolean) => (line: string): void => {
  if (!quiet) process.stderr.write(`lectern: ${line}\n`);
};
