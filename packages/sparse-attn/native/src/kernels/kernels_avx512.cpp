// Attention kernels for avx512; this file alone is compiled with its flags.
#include <immintrin.h>

#include "kernels.h"
#include "unroll.h"

namespace lectern {
namespace {
#include "vec_avx512.h"
#include "exp2.inc"
#include "kernels.inc"
#include "decode.inc"
}  // namespace

const AttentionKernels attention_avx512 = {V::lanes, attend, attend_group, accumulate_lse, widen_i8};

}  // namespace lectern
