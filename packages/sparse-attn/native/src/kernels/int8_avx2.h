// Exact products of bytes without VNNI. vpmaddubsw adds two products in 16 bits and saturates, so operands are kept where it cannot:
//   bytes    as magnitude (at most 128) times signed (at most 127) with the sign moved over: 2 * 128 * 127 < 32768
//   nibbles  a group of 32 adds 8 pairs in 16 bits: 8 * 2 * 15 * 127 = 30480 < 32768
// Included inside an anonymous namespace, after int8_avx2_base.h.
struct Dot : Lanes {
  /** Unsigned bytes are taken minus 128. */
  static constexpr bool centred = true;
  static constexpr int tile_rows = 4, tile_vectors = 2;
  struct Codes {
    __m256i value, magnitude;
  };

  /** Values, of which some may never have been written: -128, whose sign cannot be moved, becomes -127. */
  static LECTERN_INLINE Int values(Int s8) { return _mm256_max_epi8(s8, _mm256_set1_epi8(-127)); }
  static LECTERN_INLINE Codes codes(Int u8) {
    const __m256i value = _mm256_xor_si256(u8, _mm256_set1_epi8(-128));
    return {value, _mm256_abs_epi8(value)};
  }
  // GCC 12 starts all products of a tile before it adds the first, and spills the sums; in one piece they stay in registers.
  /** sum += four products per lane; no s8 is -128. */
  static LECTERN_INLINE void dot4(Int& sum, const Codes& u8, Int s8) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i pairs;
    asm("vpsignb %2, %4, %1\n\tvpmaddubsw %1, %3, %1\n\tvpmaddwd %5, %1, %1\n\tvpaddd %1, %0, %0"
        : "+x"(sum), "=&x"(pairs)
        : "x"(u8.value), "x"(u8.magnitude), "x"(s8), "x"(ones));
  }
  /** For nibbles of at most 32 inputs; then `nibble_sums` of the sum. */
  static LECTERN_INLINE void dot_nibbles(Int& sum, Int u4, Int s8) {
    __m256i pairs;
    asm("vpmaddubsw %3, %2, %1\n\tvpaddw %1, %0, %0" : "+x"(sum), "=&x"(pairs) : "x"(u4), "x"(s8));
  }
  static LECTERN_INLINE Int nibble_sums(Int sum) { return _mm256_madd_epi16(sum, _mm256_set1_epi16(1)); }
  static LECTERN_INLINE void dot2(Int& sum, Int a, Int b) { sum = _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
};
