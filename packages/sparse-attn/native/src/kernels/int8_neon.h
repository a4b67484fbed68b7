// Products of bytes by aarch64's dot product instructions, which multiply signed bytes: unsigned ones are taken minus 128.
// Included inside an anonymous namespace, after <arm_neon.h> and vec_neon.h.
struct Dot {
  using Int = int32x4_t;
  using Codes = int8x16_t;
  static constexpr bool centred = true;
  static constexpr int tile_rows = 4, tile_vectors = 4;

  static LECTERN_INLINE int8x16_t bytes(Int x) { return vreinterpretq_s8_s32(x); }
  static LECTERN_INLINE Int splat(int x) { return vdupq_n_s32(x); }
  static LECTERN_INLINE Int load(const void* p) { return vreinterpretq_s32_s8(vld1q_s8(static_cast<const signed char*>(p))); }
  /** The first 16 bytes: all of them here. */
  static LECTERN_INLINE Int load_half(const void* p) { return load(p); }
  static LECTERN_INLINE void store(void* p, Int x) { vst1q_s8(static_cast<signed char*>(p), bytes(x)); }
  /** Four bytes in every lane. */
  static LECTERN_INLINE Int splat4(const void* p) {
    int word;
    __builtin_memcpy(&word, p, sizeof word);
    return vdupq_n_s32(word);
  }
  static LECTERN_INLINE Int add(Int a, Int b) { return vaddq_s32(a, b); }
  static LECTERN_INLINE Int bit_or(Int a, Int b) { return vorrq_s32(a, b); }
  template <int Bits>
  static LECTERN_INLINE Int shift_left(Int a) {
    return vshlq_n_s32(a, Bits);
  }
  static LECTERN_INLINE Int low_nibbles(Int a) { return vreinterpretq_s32_s8(vandq_s8(bytes(a), vdupq_n_s8(15))); }
  static LECTERN_INLINE Int high_nibbles(Int a) { return vreinterpretq_s32_u8(vshrq_n_u8(vreinterpretq_u8_s32(a), 4)); }
  static LECTERN_INLINE V to_float(Int a) { return {vcvtq_f32_s32(a)}; }
  static LECTERN_INLINE Int bits(V a) { return vreinterpretq_s32_f32(a.v); }
  static LECTERN_INLINE V from_bits(Int a) { return {vreinterpretq_f32_s32(a)}; }
  /** Lane i of the result is the sum of a[i]. */
  static LECTERN_INLINE Int sums(const Int (&a)[4]) { return vpaddq_s32(vpaddq_s32(a[0], a[1]), vpaddq_s32(a[2], a[3])); }

  static LECTERN_INLINE Int values(Int s8) { return s8; }
  static LECTERN_INLINE Codes codes(Int u8) { return veorq_s8(bytes(u8), vdupq_n_s8(-128)); }
  /** sum += four products per lane. */
  static LECTERN_INLINE void dot4(Int& sum, Codes u8, Int s8) { sum = vdotq_s32(sum, u8, bytes(s8)); }
  static LECTERN_INLINE void dot_nibbles(Int& sum, Int u4, Int s8) { sum = vdotq_s32(sum, bytes(u4), bytes(s8)); }
  static LECTERN_INLINE Int nibble_sums(Int sum) { return sum; }
  /** sum += two products of words per lane. */
  static LECTERN_INLINE void dot2(Int& sum, Int a, Int b) {
    const int16x8_t x = vreinterpretq_s16_s32(a), y = vreinterpretq_s16_s32(b);
    sum = vaddq_s32(sum, vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(y)), vmull_high_s16(x, y)));
  }
};
