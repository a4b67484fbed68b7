// V for aarch64 in the int8 kernels: four lanes, fused multiply-adds. Included inside an anonymous namespace, after <arm_neon.h>.
struct V {
  static constexpr int lanes = 4;
  float32x4_t v;

  static LECTERN_INLINE V zero() { return splat(0.0f); }
  static LECTERN_INLINE V splat(float x) { return {vdupq_n_f32(x)}; }
  static LECTERN_INLINE V load(const float* p) { return {vld1q_f32(p)}; }
  static LECTERN_INLINE V load_f16(const unsigned short* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))}; }
  LECTERN_INLINE void store(float* p) const { vst1q_f32(p, v); }

  static LECTERN_INLINE V add(V a, V b) { return {vaddq_f32(a.v, b.v)}; }
  static LECTERN_INLINE V sub(V a, V b) { return {vsubq_f32(a.v, b.v)}; }
  static LECTERN_INLINE V mul(V a, V b) { return {vmulq_f32(a.v, b.v)}; }
  static LECTERN_INLINE V div(V a, V b) { return {vdivq_f32(a.v, b.v)}; }
  static LECTERN_INLINE V max(V a, V b) { return {vmaxq_f32(a.v, b.v)}; }
  /** a * b + c in one rounding. */
  static LECTERN_INLINE V fma(V a, V b, V c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  /** a where x <= limit, else b. */
  static LECTERN_INLINE V if_le(V x, V limit, V a, V b) { return {vbslq_f32(vcleq_f32(x.v, limit.v), a.v, b.v)}; }
  static LECTERN_INLINE V round(V a) { return {vrndnq_f32(a.v)}; }
  /** a * 2^n for whole n in [-127, 127]; n = -127 gives 0. */
  static LECTERN_INLINE V scale2(V a, V n) {
    const int32x4_t bits = vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(n.v), vdupq_n_s32(127)), 23);
    return {vmulq_f32(a.v, vreinterpretq_f32_s32(bits))};
  }
  LECTERN_INLINE float highest() const { return vmaxvq_f32(v); }
  LECTERN_INLINE float sum() const { return vaddvq_f32(v); }
};
