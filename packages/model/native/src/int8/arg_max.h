// The output with the largest product: what a greedy next token takes.
#pragma once

#include <optional>

#include "session.h"

namespace lectern {

/**
 * The index that max_element would find in x (num_inputs) times `weight`, to the same bits and with ties to the lower one, without most of
 * the low nibbles being read: for a weight whose rests are bounded (Linear::bounds_rests). Nothing where x or a result is not finite.
 */
std::optional<size_t> arg_max_int8(Session& session, const Linear& weight, const float* x);

}  // namespace lectern
