// Transformer kernels for scalar; this file alone is compiled with its flags.
#include "kernels.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_scalar.h"
#include "kernels/exp2.inc"
#include "gemm.inc"
#include "activate.inc"
#include "elementwise.inc"
}  // namespace

const ModelKernels model_scalar = {gemm_tile, unpack, gemv, rms_norm, silu_mul, gelu_mul, add, rope};

}  // namespace lectern
