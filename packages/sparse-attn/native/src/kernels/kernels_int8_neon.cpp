// Int8 attention and dot products for aarch64 with the dot product instructions; this file alone is compiled with its flags.
#include <arm_neon.h>

#include "dot.h"
#include "int8_kernels.h"
#include "unroll.h"

namespace lectern {
namespace {
#include "vec_neon.h"
#include "exp2.inc"
#include "int8_exp2.inc"
#include "int8_kv8.inc"
#include "int8_neon.h"
#include "int8_narrow.inc"
#include "int8_narrow_tile.inc"
#include "int8_narrow_group.inc"
#include "int8_scalar_rows.inc"
#include "dot_scalar.inc"
#include "dot_neon.inc"
}  // namespace

const Int8AttentionKernels int8_attention_neon = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};
int dot_neon(const signed char* row, const short* q, size_t dim) { return dot_words(row, q, dim); }

}  // namespace lectern
