// IEEE half precision to a number, by a table of all 65536 values.

let table: Float32Array | undefined;

/** Index it with the 16 bits of a half. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToNumber(bits));
  return table;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
