// Loops of one instruction on registers; this file alone is compiled with its flags. No weak symbols.
#include <immintrin.h>
#include <stddef.h>

#include "kernels/unroll.h"

namespace lectern {

/** 24 independent chains hide the latency; returns something of the sums so that nothing is left out. */
float fma_loop(size_t count) {
  __m512 acc[24];
  LECTERN_UNROLL for (int i = 0; i < 24; i++) acc[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 a = _mm512_set1_ps(1.0f), b = _mm512_set1_ps(1e-30f);
  for (size_t n = 0; n < count; n++) {
    LECTERN_UNROLL for (int i = 0; i < 24; i++) asm("vfmadd231ps %2, %1, %0" : "+v"(acc[i]) : "v"(a), "v"(b));
  }
  float sum = 0;
  LECTERN_UNROLL for (int i = 0; i < 24; i++) sum += _mm512_reduce_add_ps(acc[i]);
  return sum;
}

float dot_loop(size_t count) {
  __m512i acc[24];
  LECTERN_UNROLL for (int i = 0; i < 24; i++) acc[i] = _mm512_set1_epi32(i);
  const __m512i a = _mm512_set1_epi8(1), b = _mm512_set1_epi8(2);
  for (size_t n = 0; n < count; n++) {
    LECTERN_UNROLL for (int i = 0; i < 24; i++) asm("vpdpbusd %2, %1, %0" : "+v"(acc[i]) : "v"(a), "v"(b));
  }
  int sum = 0;
  LECTERN_UNROLL for (int i = 0; i < 24; i++) sum += _mm512_reduce_add_epi32(acc[i]);
  return static_cast<float>(sum);
}

/** Reads `count` times 64 bytes. */
float read_loop(const char* bytes, size_t count) {
  __m512i acc[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
  for (size_t i = 0; i + 4 <= count; i += 4) {
    for (size_t j = 0; j < 4; j++) acc[j] = _mm512_add_epi32(acc[j], _mm512_loadu_si512(bytes + (i + j) * 64));
  }
  return static_cast<float>(_mm512_reduce_add_epi32(_mm512_add_epi32(_mm512_add_epi32(acc[0], acc[1]), _mm512_add_epi32(acc[2], acc[3]))));
}

}  // namespace lectern
