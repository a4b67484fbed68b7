// 8-bit matrix products for any CPU; what the other instruction sets are tested against.
#include "kernels/int8.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_scalar.h"
#include "kernels/exp2.inc"
#include "activate.inc"
#include "write_int8.inc"
#include "gemm_int8_scalar.inc"
#include "quantise_int8.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_scalar = {quantise, gemm, join, 0};

}  // namespace lectern
