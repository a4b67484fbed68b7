// Products of bytes with AVX-512 BW, without VNNI. Included inside an anonymous namespace, after <immintrin.h> and unroll.h.
constexpr int TILE_ROWS = 4;  // x 3 vectors = 12 accumulators, besides the operands' halves

/** acc += four products per lane: even bytes, then odd ones, as words; of what is the same in a loop compilers make the words once. */
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, __m512i s8) {
  const __m512i u_even = _mm512_and_si512(u8, _mm512_set1_epi16(255)), u_odd = _mm512_srli_epi16(u8, 8);
  const __m512i s_even = _mm512_srai_epi16(_mm512_slli_epi16(s8, 8), 8), s_odd = _mm512_srai_epi16(s8, 8);
  acc = _mm512_add_epi32(acc, _mm512_madd_epi16(u_even, s_even));
  acc = _mm512_add_epi32(acc, _mm512_madd_epi16(u_odd, s_odd));
}
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, const void* s8) { dot4(acc, u8, _mm512_loadu_si512(s8)); }

static LECTERN_INLINE __m512i splat4(const void* bytes) {
  typedef int MayAliasInt __attribute__((may_alias));
  return _mm512_set1_epi32(*static_cast<const MayAliasInt*>(bytes));
}
