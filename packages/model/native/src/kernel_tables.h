// The transformer's kernels of each instruction set.
#pragma once

#include "isa.h"
#include "kernels/int8.h"

namespace lectern {

const ModelKernels& model_kernels(Isa isa);

/** Null where an instruction set has no 8-bit products. */
const Int8Kernels* int8_kernels(Isa isa);

}  // namespace lectern
