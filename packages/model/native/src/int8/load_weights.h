// Weights ready to run with: for 8 bits that includes the choice of outlier inputs.
#pragma once

#include "isa.h"
#include "weights/weights.h"

namespace lectern {

/** faster: int8 where the instruction set gains by it. */
enum class PrecisionWish { faster, int8, f32 };

/** weights->precision says what came of the wish: f32 where the instruction set or the model's sizes do not allow 8 bits. */
std::shared_ptr<const Weights> load_weights(const ModelSpec& spec, Isa isa, PrecisionWish wish, size_t num_threads);

}  // namespace lectern
