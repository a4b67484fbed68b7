// 8-bit matrix products for aarch64 with the dot product instructions; this file alone is compiled with its flags.
#include <arm_neon.h>

#include "kernels/int8.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_neon.h"
#include "kernels/exp2.inc"
#include "kernels/int8_neon.h"
#include "activate.inc"
#include "write_int8.inc"
#include "gemm_int8.inc"
#include "quantise_int8.inc"
#include "join_nibbles.inc"
}  // namespace

const Int8Kernels int8_neon = {quantise, gemm, join, 0};

}  // namespace lectern
