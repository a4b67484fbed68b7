// V for AVX2 with FMA and F16C. Included inside an anonymous namespace of a kernel file, after <immintrin.h>.
struct V {
  static constexpr int lanes = 8;
  static constexpr int tile_rows = 4;  // x 3 vectors = 12 accumulators in attention
  static constexpr int gemm_rows = 6;  // x 2 vectors = 12 accumulators
  __m256 v;

  static LECTERN_INLINE V zero() { return {_mm256_setzero_ps()}; }
  static LECTERN_INLINE V splat(float x) { return {_mm256_set1_ps(x)}; }
  static LECTERN_INLINE V load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static LECTERN_INLINE V load_i8(const signed char* p) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))))};
  }
  static LECTERN_INLINE V load_f16(const unsigned short* p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  static LECTERN_INLINE V load_bf16(const unsigned short* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))};
  }
  /** Eight words of eight nibbles; nibble<j>: the j-th of each as 0..15. */
  using Words = __m256i;
  static LECTERN_INLINE Words load_words(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  template <int J>
  static LECTERN_INLINE V nibble(Words w) {
    return {_mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(w, 4 * J), _mm256_set1_epi32(15)))};
  }
  /** The J-th bytes of eight words, as 0..255. */
  template <int J>
  static LECTERN_INLINE V byte(Words w) {
    return {_mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(w, 8 * J), _mm256_set1_epi32(255)))};
  }
  LECTERN_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }

  static LECTERN_INLINE V add(V a, V b) { return {_mm256_add_ps(a.v, b.v)}; }
  static LECTERN_INLINE V sub(V a, V b) { return {_mm256_sub_ps(a.v, b.v)}; }
  static LECTERN_INLINE V mul(V a, V b) { return {_mm256_mul_ps(a.v, b.v)}; }
  static LECTERN_INLINE V div(V a, V b) { return {_mm256_div_ps(a.v, b.v)}; }
  static LECTERN_INLINE V max(V a, V b) { return {_mm256_max_ps(a.v, b.v)}; }
  /** a * b + c in one rounding. */
  static LECTERN_INLINE V fma(V a, V b, V c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  /** a where x <= limit, else b. */
  static LECTERN_INLINE V if_le(V x, V limit, V a, V b) {
    return {_mm256_blendv_ps(b.v, a.v, _mm256_cmp_ps(x.v, limit.v, _CMP_LE_OQ))};
  }
  static LECTERN_INLINE V round(V a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  /** a * 2^n for whole n in [-127, 127]; n = -127 gives 0. */
  static LECTERN_INLINE V scale2(V a, V n) {
    const __m256i bits = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127)), 23);
    return {_mm256_mul_ps(a.v, _mm256_castsi256_ps(bits))};
  }
  /** Lane i of the result is the sum of a[i]: a transpose that adds as it goes. */
  static LECTERN_INLINE V sums(const V (&a)[8]) {
    const __m256 b0 = _mm256_hadd_ps(a[0].v, a[1].v), b1 = _mm256_hadd_ps(a[2].v, a[3].v);
    const __m256 b2 = _mm256_hadd_ps(a[4].v, a[5].v), b3 = _mm256_hadd_ps(a[6].v, a[7].v);
    const __m256 c0 = _mm256_hadd_ps(b0, b1), c1 = _mm256_hadd_ps(b2, b3);
    return {_mm256_add_ps(_mm256_permute2f128_ps(c0, c1, 0x20), _mm256_permute2f128_ps(c0, c1, 0x31))};
  }
  /** Lanes 2i and 2i + 1 of the result are p[i]. */
  static LECTERN_INLINE V load_twice(const float* p) {
    return {_mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3))};
  }
  /** Lanes 2i and 2i + 1 change places. */
  static LECTERN_INLINE V swap_pairs(V a) { return {_mm256_permute_ps(a.v, 0xb1)}; }
  /** Even lanes times -1. */
  static LECTERN_INLINE V negate_even(V a) { return {_mm256_xor_ps(a.v, _mm256_castsi256_ps(_mm256_set1_epi64x(0x80000000)))}; }
  LECTERN_INLINE float highest() const {
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
  }
  LECTERN_INLINE float sum() const {
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};
