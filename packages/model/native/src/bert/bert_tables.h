// BERT's kernels of each instruction set.
#pragma once

#include "bert/kernels/bert_kernels.h"
#include "isa.h"

namespace lectern {

const BertKernels& bert_kernels(Isa isa);

}  // namespace lectern
