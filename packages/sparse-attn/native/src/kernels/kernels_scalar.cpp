// Attention kernels for scalar; this file alone is compiled with its flags.
#include "kernels.h"
#include "unroll.h"

namespace lectern {
namespace {
#include "vec_scalar.h"
#include "exp2.inc"
#include "kernels.inc"
#include "decode.inc"
}  // namespace

const AttentionKernels attention_scalar = {V::lanes, attend, attend_group, accumulate_lse, widen_i8};

}  // namespace lectern
