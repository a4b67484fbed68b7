// Int8 attention and dot products for AVX2; this file alone is compiled with its flags.
#include <immintrin.h>

#include "dot.h"
#include "int8_kernels.h"
#include "int8_lse.h"
#include "unroll.h"

namespace lectern {
namespace {
#include "vec_avx2.h"
#include "exp2.inc"
#include "int8_exp2.inc"
#include "int8_kv8.inc"
#include "int8_avx2_base.h"
#include "int8_avx2.h"
#include "int8_narrow.inc"
#include "int8_narrow_tile.inc"
#include "int8_narrow_group.inc"
#include "int8_scalar_rows.inc"
#include "int8_lse.inc"
#include "dot_scalar.inc"
#include "dot_avx2.inc"
}  // namespace

const Int8AttentionKernels int8_attention_avx2 = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};
const Int8LseKernels int8_lse_avx2 = {LSE_LANES, pack_lse_queries, block_lse_i8};
int dot_avx2(const signed char* row, const short* q, size_t dim) { return dot_words(row, q, dim); }

}  // namespace lectern
