// Attention kernels for avx2; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels.h"
#include "unroll.h"

namespace lectern {
namespace {
#include "vec_avx2.h"
#include "exp2.inc"
#include "kernels.inc"
#include "decode.inc"
}  // namespace

const AttentionKernels attention_avx2 = {V::lanes, attend, attend_group, accumulate_lse, widen_i8};

}  // namespace lectern
