// What BERT computes beside products: kernels of one instruction set. Plain pointers and sizes: no weak symbols here.
#pragma once

#include <stddef.h>

namespace lectern {

struct BertKernels {
  /** Floats of a vector: softmax takes a multiple of it. */
  size_t lanes;
  /** out = (z - mean(z)) / sqrt(variance(z) + eps) * weight + bias, z = x + residual; residual may be null, out may be either. */
  void (*layer_norm)(const float* x, const float* residual, const float* weight, const float* bias, float eps, size_t dim, float* out);
  /** x = x / 2 * (1 + erf(x / sqrt(2))), in place. */
  void (*gelu_erf)(float* x, size_t count);
  /** x = 2^(x - max(x)) / its sum, in place; count is a multiple of lanes. */
  void (*softmax2)(float* x, size_t count);
};

extern const BertKernels bert_scalar;
#ifdef LECTERN_X86_KERNELS
extern const BertKernels bert_avx2;
extern const BertKernels bert_avx512;
#endif

}  // namespace lectern
