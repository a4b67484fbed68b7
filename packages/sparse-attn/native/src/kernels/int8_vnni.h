// Products of bytes with AVX-512 VNNI. Included inside an anonymous namespace, after <immintrin.h> and unroll.h.
constexpr int TILE_ROWS = 8;  // x 3 vectors = 24 accumulators

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
