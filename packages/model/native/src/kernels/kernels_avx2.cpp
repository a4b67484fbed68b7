// Transformer kernels for avx2; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_avx2.h"
#include "kernels/exp2.inc"
#include "gemm.inc"
#include "activate.inc"
#include "elementwise.inc"
}  // namespace

const ModelKernels model_avx2 = {gemm_tile, unpack, gemv, rms_norm, silu_mul, gelu_mul, add, rope};

}  // namespace lectern
