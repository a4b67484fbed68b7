// Products of bytes by 256-bit vpdpbusd, in the encoding that LECTERN_DPBUSD and LECTERN_DPWSSD name (AVX-VNNI's VEX one; tests on a CPU
// without it take AVX-512's). Included inside an anonymous namespace, after int8_avx2_base.h.
struct Dot : Lanes {
  static constexpr bool centred = false;
  static constexpr int tile_rows = 4, tile_vectors = 2;
  using Codes = __m256i;

  static LECTERN_INLINE Int values(Int s8) { return s8; }
  static LECTERN_INLINE Codes codes(Int u8) { return u8; }
  static LECTERN_INLINE void dot4(Int& sum, Codes u8, Int s8) { sum = LECTERN_DPBUSD(sum, u8, s8); }
  static LECTERN_INLINE void dot_nibbles(Int& sum, Int u4, Int s8) { sum = LECTERN_DPBUSD(sum, u4, s8); }
  static LECTERN_INLINE Int nibble_sums(Int sum) { return sum; }
  static LECTERN_INLINE void dot2(Int& sum, Int a, Int b) { sum = LECTERN_DPWSSD(sum, a, b); }
};
