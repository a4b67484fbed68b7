// What the AVX-512 VNNI kernels are made of. Included inside an anonymous namespace, after <immintrin.h>, vec_avx512.h and int8_exp2.inc.

// GCC 12 keeps too few of a tile's accumulators in registers with the intrinsics; with these it keeps all.
typedef int MayAliasInt __attribute__((may_alias));
#if defined(__GNUC__) && !defined(__clang__)
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, __m512i s8) { asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(u8), "v"(s8)); }
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, const void* s8) {
  asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(u8), "m"(*static_cast<const __m512i_u*>(s8)));
}
static LECTERN_INLINE __m512i splat4(const void* bytes) {
  __m512i r;
  asm("vpbroadcastd %1, %0" : "=v"(r) : "m"(*static_cast<const MayAliasInt*>(bytes)));
  return r;
}
#else
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, __m512i s8) { acc = _mm512_dpbusd_epi32(acc, u8, s8); }
static LECTERN_INLINE void dot4(__m512i& acc, __m512i u8, const void* s8) { acc = _mm512_dpbusd_epi32(acc, u8, _mm512_loadu_si512(s8)); }
static LECTERN_INLINE __m512i splat4(const void* bytes) { return _mm512_set1_epi32(*static_cast<const MayAliasInt*>(bytes)); }
#endif

/** int8_exp2.inc's 2^x. */
static LECTERN_INLINE __m512 exp2_short(__m512 x) {
  const __m512 magic = _mm512_set1_ps(MAGIC);
  x = _mm512_max_ps(x, _mm512_set1_ps(LEAST_EXPONENT));
  const __m512 z = _mm512_add_ps(x, magic);
  const __m512 f = _mm512_sub_ps(x, _mm512_sub_ps(z, magic));
  __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(EXP2_C3), f, _mm512_set1_ps(EXP2_C2));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(EXP2_C1));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(z), 23)));
}

/** round(255 p) of four keys in the four bytes of each lane, the first in the lowest. */
static LECTERN_INLINE __m512i to_bytes(const __m512 (&p)[4]) {
  __m512i b[4];
  LECTERN_UNROLL for (int i = 0; i < 4; i++) {
    b[i] = _mm512_castps_si512(_mm512_fmadd_ps(p[i], _mm512_set1_ps(255.0f), _mm512_set1_ps(BYTE_MAGIC)));
  }
  constexpr int XOR_THEN_OR = 0xbe, OR = 0xfe;  // (a ^ b) | c and a | b | c
  const __m512i exponent = _mm512_castps_si512(_mm512_set1_ps(BYTE_MAGIC));
  const __m512i low = _mm512_ternarylogic_epi32(b[0], exponent, _mm512_slli_epi32(b[1], 8), XOR_THEN_OR);
  return _mm512_ternarylogic_epi32(low, _mm512_slli_epi32(b[2], 16), _mm512_slli_epi32(b[3], 24), OR);
}

/** A block's parts. */
struct Kv8 {
  const signed char* k;
  const signed char* v;
  const float* k_scale;
  const int* k_sum;
  const float* v_log2;
  const float* v_inverse;
};

static LECTERN_INLINE Kv8 kv8(const uint8_t* block, size_t head_dim) {
  const Kv8Layout at = kv8_layout(head_dim);
  return {reinterpret_cast<const signed char*>(block), reinterpret_cast<const signed char*>(block + at.v),
          reinterpret_cast<const float*>(block + at.k_scale), reinterpret_cast<const int*>(block + at.k_sum),
          reinterpret_cast<const float*>(block + at.v_log2), reinterpret_cast<const float*>(block + at.v_inverse)};
}
