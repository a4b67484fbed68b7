// As kernels/int8_avx2.h, exact products of bytes without VNNI, for sixteen lanes; there is no vpsignb, so a mask moves the sign.
// Included inside an anonymous namespace, after <immintrin.h> and kernels/vec_avx512.h.
struct Dot {
  using Int = __m512i;
  typedef int MayAliasInt __attribute__((may_alias));
  static constexpr bool centred = true;
  static constexpr int tile_rows = 7, tile_vectors = 1;
  struct Codes {
    __m512i magnitude;
    __mmask64 negative;
  };

  static LECTERN_INLINE Int splat(int x) { return _mm512_set1_epi32(x); }
  static LECTERN_INLINE Int load(const void* p) { return _mm512_loadu_si512(p); }
  static LECTERN_INLINE Int splat4(const void* bytes) { return _mm512_set1_epi32(*static_cast<const MayAliasInt*>(bytes)); }
  static LECTERN_INLINE Int low_nibbles(Int a) { return _mm512_and_si512(a, _mm512_set1_epi8(15)); }
  static LECTERN_INLINE Int high_nibbles(Int a) { return low_nibbles(_mm512_srli_epi16(a, 4)); }
  static LECTERN_INLINE V to_float(Int a) { return {_mm512_cvtepi32_ps(a)}; }

  static LECTERN_INLINE Codes codes(Int u8) {
    const __m512i value = _mm512_xor_si512(u8, _mm512_set1_epi8(-128));
    return {_mm512_abs_epi8(value), _mm512_movepi8_mask(value)};
  }
  static LECTERN_INLINE void dot4(Int& sum, const Codes& u8, Int s8) {
    const __m512i pairs = _mm512_maddubs_epi16(u8.magnitude, _mm512_mask_sub_epi8(s8, u8.negative, _mm512_setzero_si512(), s8));
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
  }
  static LECTERN_INLINE void dot_nibbles(Int& sum, Int u4, Int s8) { sum = _mm512_add_epi16(sum, _mm512_maddubs_epi16(u4, s8)); }
  static LECTERN_INLINE Int nibble_sums(Int sum) { return _mm512_madd_epi16(sum, _mm512_set1_epi16(1)); }
  static LECTERN_INLINE void dot2(Int& sum, Int a, Int b) { sum = _mm512_add_epi32(sum, _mm512_madd_epi16(a, b)); }
};
