// Integers in the lanes of AVX2's V, without the products. Included inside an anonymous namespace, after <immintrin.h> and vec_avx2.h.
struct Lanes {
  using Int = __m256i;
  typedef int MayAliasInt __attribute__((may_alias));

  static LECTERN_INLINE Int splat(int x) { return _mm256_set1_epi32(x); }
  static LECTERN_INLINE Int load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  /** The first 16 bytes, then zeros. */
  static LECTERN_INLINE Int load_half(const void* p) { return _mm256_zextsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(p))); }
  static LECTERN_INLINE void store(void* p, Int x) { _mm256_storeu_si256(static_cast<__m256i*>(p), x); }
  /** Four bytes in every lane. */
  static LECTERN_INLINE Int splat4(const void* bytes) { return _mm256_set1_epi32(*static_cast<const MayAliasInt*>(bytes)); }
  static LECTERN_INLINE Int add(Int a, Int b) { return _mm256_add_epi32(a, b); }
  static LECTERN_INLINE Int bit_or(Int a, Int b) { return _mm256_or_si256(a, b); }
  template <int Bits>
  static LECTERN_INLINE Int shift_left(Int a) { return _mm256_slli_epi32(a, Bits); }
  static LECTERN_INLINE Int low_nibbles(Int a) { return _mm256_and_si256(a, _mm256_set1_epi8(15)); }
  static LECTERN_INLINE Int high_nibbles(Int a) { return low_nibbles(_mm256_srli_epi16(a, 4)); }
  static LECTERN_INLINE V to_float(Int a) { return {_mm256_cvtepi32_ps(a)}; }
  static LECTERN_INLINE Int bits(V a) { return _mm256_castps_si256(a.v); }
  static LECTERN_INLINE V from_bits(Int a) { return {_mm256_castsi256_ps(a)}; }
  /** Lane i of the result is the sum of a[i]. */
  static LECTERN_INLINE Int sums(const Int (&a)[8]) {
    const __m256i b0 = _mm256_hadd_epi32(a[0], a[1]), b1 = _mm256_hadd_epi32(a[2], a[3]);
    const __m256i b2 = _mm256_hadd_epi32(a[4], a[5]), b3 = _mm256_hadd_epi32(a[6], a[7]);
    const __m256i c0 = _mm256_hadd_epi32(b0, b1), c1 = _mm256_hadd_epi32(b2, b3);
    return _mm256_add_epi32(_mm256_permute2x128_si256(c0, c1, 0x20), _mm256_permute2x128_si256(c0, c1, 0x31));
  }
};
