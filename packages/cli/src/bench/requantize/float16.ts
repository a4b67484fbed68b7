// A number -> the 16 bits of the nearest half-precision number, ties to even: how GGUF files keep a block's scale.

const VALUE = new Float32Array(1);
const BITS = new Uint32Array(VALUE.buffer);
const INFINITY_BITS = 0x7c00;

/** The number is rounded to single precision first, as in C. NaN becomes a quiet NaN, what is too large infinity. */
export function halfBits(value: number): number {
  VALUE[0] = value;
  const bits = BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | INFINITY_BITS; // 2^16 and above
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(VALUE[0]!) * 2 ** 24); // below 2^-14: multiples of 2^-24, exact so far
  // Exponents' biases differ by 127 - 15; a carry out of the fraction goes on into the exponent, and from the largest into infinity.
  const rebased = magnitude - (112 << 23);
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest > 0.5 ? floor + 1 : floor;
  return floor + (floor & 1);
}
