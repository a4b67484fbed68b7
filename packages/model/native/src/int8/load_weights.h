// Weights ready to run with: for 8 bits that includes the choice of outlier inputs.
#pragma once

#include "isa.h"
#include "weights/weights.h"

namespace lectern {

/** int8 is taken as a wish: weights->precision says what came of it (f32 where the instruction set or the model's sizes do not allow it). */
std::shared_ptr<const Weights> load_weights(const ModelSpec& spec, Isa isa, Precision wish, size_t num_threads);

}  // namespace lectern
