// Int8 attention and dot products for any CPU; what the other instruction sets are tested against.
#include "dot.h"
#include "int8_kernels.h"

namespace lectern {
namespace {
#include "int8_exp2.inc"
#include "int8_scalar.inc"
#include "int8_scalar_rows.inc"
#include "dot_scalar.inc"
}  // namespace

const Int8AttentionKernels int8_attention_scalar = {store_key, store_value, pack_tile, attend_tile, unpack_tile, pack_group, attend_group};
int dot_scalar(const signed char* row, const short* q, size_t dim) { return dot_from(0, row, q, dim); }

}  // namespace lectern
