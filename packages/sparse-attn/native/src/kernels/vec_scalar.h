// V without intrinsics: four floats in the compiler's own vector type, which becomes SSE2, NEON or plain code. Any CPU.
// Included inside an anonymous namespace of a kernel file.
struct V {
  static constexpr int lanes = 4;
  static constexpr int tile_rows = 4;
  static constexpr int gemm_rows = 4;
  typedef float Four __attribute__((vector_size(16)));
  Four v;

  static LECTERN_INLINE V zero() { return splat(0.0f); }
  static LECTERN_INLINE V splat(float x) { return {Four{x, x, x, x}}; }
  static LECTERN_INLINE V load(const float* p) {
    V r;
    __builtin_memcpy(&r.v, p, sizeof r.v);
    return r;
  }
  static LECTERN_INLINE V load_i8(const signed char* p) {
    return {Four{static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2]), static_cast<float>(p[3])}};
  }
  static LECTERN_INLINE float bits_to_float(unsigned bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
  }
  static LECTERN_INLINE float half_to_float(unsigned short half) {
    const unsigned sign = (half & 0x8000u) << 16;
    const unsigned exponent = (half >> 10) & 31u;
    const unsigned mantissa = half & 0x3ffu;
    if (exponent == 31) return bits_to_float(sign | 0x7f800000u | (mantissa << 13));
    if (exponent != 0) return bits_to_float(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float small = static_cast<float>(mantissa) * 5.9604644775390625e-8f;  // 2^-24
    return sign ? -small : small;
  }
  static LECTERN_INLINE V load_f16(const unsigned short* p) {
    return {Four{half_to_float(p[0]), half_to_float(p[1]), half_to_float(p[2]), half_to_float(p[3])}};
  }
  static LECTERN_INLINE V load_bf16(const unsigned short* p) {
    V r;
    for (int i = 0; i < 4; i++) r.v[i] = bits_to_float(static_cast<unsigned>(p[i]) << 16);
    return r;
  }
  /** Four words of eight nibbles; nibble<j>: the j-th of each as 0..15. */
  struct Words {
    unsigned w[4];
  };
  static LECTERN_INLINE Words load_words(const void* p) {
    Words words;
    __builtin_memcpy(&words, p, sizeof words);
    return words;
  }
  template <int J>
  static LECTERN_INLINE V nibble(Words words) {
    V r;
    for (int i = 0; i < 4; i++) r.v[i] = static_cast<float>((words.w[i] >> (4 * J)) & 15u);
    return r;
  }
  /** The J-th bytes of four words, as 0..255. */
  template <int J>
  static LECTERN_INLINE V byte(Words words) {
    V r;
    for (int i = 0; i < 4; i++) r.v[i] = static_cast<float>((words.w[i] >> (8 * J)) & 255u);
    return r;
  }
  LECTERN_INLINE void store(float* p) const { __builtin_memcpy(p, &v, sizeof v); }

  static LECTERN_INLINE V add(V a, V b) { return {a.v + b.v}; }
  static LECTERN_INLINE V sub(V a, V b) { return {a.v - b.v}; }
  static LECTERN_INLINE V mul(V a, V b) { return {a.v * b.v}; }
  static LECTERN_INLINE V div(V a, V b) { return {a.v / b.v}; }
  static LECTERN_INLINE V max(V a, V b) { return {a.v > b.v ? a.v : b.v}; }
  /** a * b + c; two roundings here. */
  static LECTERN_INLINE V fma(V a, V b, V c) { return {a.v * b.v + c.v}; }
  /** a where x <= limit, else b. */
  static LECTERN_INLINE V if_le(V x, V limit, V a, V b) { return {x.v <= limit.v ? a.v : b.v}; }
  /** To the nearest whole number, for |a| < 2^22: the added constant leaves no room for a fraction. */
  static LECTERN_INLINE V round(V a) { return {(a.v + 12582912.0f) - 12582912.0f}; }
  /** a * 2^n for whole n in [-127, 127]; n = -127 gives 0. */
  static LECTERN_INLINE V scale2(V a, V n) {
    V r;
    for (int i = 0; i < 4; i++) r.v[i] = a.v[i] * bits_to_float(static_cast<unsigned>(static_cast<int>(n.v[i]) + 127) << 23);
    return r;
  }
  /** Lane i of the result is the sum of a[i]. */
  static LECTERN_INLINE V sums(const V (&a)[4]) { return {Four{a[0].sum(), a[1].sum(), a[2].sum(), a[3].sum()}}; }
  /** Lanes 2i and 2i + 1 of the result are p[i]. */
  static LECTERN_INLINE V load_twice(const float* p) { return {Four{p[0], p[0], p[1], p[1]}}; }
  /** Lanes 2i and 2i + 1 change places. */
  static LECTERN_INLINE V swap_pairs(V a) { return {Four{a.v[1], a.v[0], a.v[3], a.v[2]}}; }
  /** Even lanes times -1. */
  static LECTERN_INLINE V negate_even(V a) { return {Four{-a.v[0], a.v[1], -a.v[2], a.v[3]}}; }
  LECTERN_INLINE float highest() const {
    float top = v[0];
    for (int i = 1; i < 4; i++) top = v[i] > top ? v[i] : top;
    return top;
  }
  LECTERN_INLINE float sum() const { return (v[0] + v[1]) + (v[2] + v[3]); }
};
