// BERT's kernels for scalar; this file alone is compiled with its flags.
#include "bert/kernels/bert_kernels.h"
#include "kernels/unroll.h"

namespace lectern {
namespace {
#include "kernels/vec_scalar.h"
#include "kernels/exp2.inc"
#include "bert.inc"
}  // namespace

const BertKernels bert_scalar = {V::lanes, layer_norm, gelu_erf, softmax2};

}  // namespace lectern
