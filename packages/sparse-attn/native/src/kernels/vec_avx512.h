// V for AVX-512 F, BW, DQ, VL. Included inside an anonymous namespace of a kernel file, after <immintrin.h>.
struct V {
  static constexpr int lanes = 16;
  static constexpr int tile_rows = 8;   // x 3 vectors = 24 accumulators in attention
  static constexpr int gemm_rows = 14;  // x 2 vectors = 28 accumulators
  __m512 v;

  static LECTERN_INLINE V zero() { return {_mm512_setzero_ps()}; }
  static LECTERN_INLINE V splat(float x) { return {_mm512_set1_ps(x)}; }
  static LECTERN_INLINE V load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static LECTERN_INLINE V load_i8(const signed char* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
  }
  static LECTERN_INLINE V load_f16(const unsigned short* p) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
  }
  static LECTERN_INLINE V load_bf16(const unsigned short* p) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))};
  }
  /** Sixteen words of eight nibbles; nibble<j>: the j-th of each as 0..15. vpermps looks at the low four bits only. */
  using Words = __m512i;
  static LECTERN_INLINE Words load_words(const void* p) { return _mm512_loadu_si512(p); }
  template <int J>
  static LECTERN_INLINE V nibble(Words w) {
    const __m512 table = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return {_mm512_permutexvar_ps(_mm512_srli_epi32(w, 4 * J), table)};
  }
  /** The J-th bytes of sixteen words, as 0..255. */
  template <int J>
  static LECTERN_INLINE V byte(Words w) {
    return {_mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(w, 8 * J), _mm512_set1_epi32(255)))};
  }
  LECTERN_INLINE void store(float* p) const { _mm512_storeu_ps(p, v); }

  static LECTERN_INLINE V add(V a, V b) { return {_mm512_add_ps(a.v, b.v)}; }
  static LECTERN_INLINE V sub(V a, V b) { return {_mm512_sub_ps(a.v, b.v)}; }
  static LECTERN_INLINE V mul(V a, V b) { return {_mm512_mul_ps(a.v, b.v)}; }
  static LECTERN_INLINE V div(V a, V b) { return {_mm512_div_ps(a.v, b.v)}; }
  static LECTERN_INLINE V max(V a, V b) { return {_mm512_max_ps(a.v, b.v)}; }
  /** a * b + c in one rounding. */
  static LECTERN_INLINE V fma(V a, V b, V c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  /** a where x <= limit, else b. */
  static LECTERN_INLINE V if_le(V x, V limit, V a, V b) {
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(x.v, limit.v, _CMP_LE_OQ), b.v, a.v)};
  }
  static LECTERN_INLINE V round(V a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT)}; }
  /** a * 2^n for whole n in [-127, 127]; n = -127 gives 0. */
  static LECTERN_INLINE V scale2(V a, V n) {
    const __m512i bits = _mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127)), 23);
    return {_mm512_mul_ps(a.v, _mm512_castsi512_ps(bits))};
  }
  /** Lane i of the result is the sum of a[i]: a transpose that adds as it goes. */
  static LECTERN_INLINE V sums(const V (&a)[16]) {
    __m512 b[8], c[4];
    LECTERN_UNROLL for (int i = 0; i < 8; i++) {
      b[i] = _mm512_add_ps(_mm512_unpacklo_ps(a[2 * i].v, a[2 * i + 1].v), _mm512_unpackhi_ps(a[2 * i].v, a[2 * i + 1].v));
    }
    LECTERN_UNROLL for (int i = 0; i < 4; i++) {
      const __m512d x = _mm512_castps_pd(b[2 * i]), y = _mm512_castps_pd(b[2 * i + 1]);
      c[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)), _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
    }
    const __m512 d0 = _mm512_add_ps(_mm512_shuffle_f32x4(c[0], c[1], 0x88), _mm512_shuffle_f32x4(c[0], c[1], 0xdd));
    const __m512 d1 = _mm512_add_ps(_mm512_shuffle_f32x4(c[2], c[3], 0x88), _mm512_shuffle_f32x4(c[2], c[3], 0xdd));
    return {_mm512_add_ps(_mm512_shuffle_f32x4(d0, d1, 0x88), _mm512_shuffle_f32x4(d0, d1, 0xdd))};
  }
  /** Lanes 2i and 2i + 1 of the result are p[i]. */
  static LECTERN_INLINE V load_twice(const float* p) {
    const __m512i pairs = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return {_mm512_permutexvar_ps(pairs, _mm512_castps256_ps512(_mm256_loadu_ps(p)))};
  }
  /** Lanes 2i and 2i + 1 change places. */
  static LECTERN_INLINE V swap_pairs(V a) { return {_mm512_permute_ps(a.v, 0xb1)}; }
  /** Even lanes times -1. */
  static LECTERN_INLINE V negate_even(V a) {
    return {_mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(a.v), _mm512_set1_epi64(0x80000000)))};
  }
  LECTERN_INLINE float highest() const { return _mm512_reduce_max_ps(v); }
  LECTERN_INLINE float sum() const { return _mm512_reduce_add_ps(v); }
};
