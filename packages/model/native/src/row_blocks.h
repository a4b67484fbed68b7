// A long pass by blocks of rows: each thread takes a block of tokens through all of a layer but what needs other tokens' keys.
#pragma once

#include <functional>

#include "pass.h"

namespace lectern {

/**
 * Several threads, 8 bits only: there a row's bits do not depend on the rows beside it. Slices must not have sparse blocks left to choose.
 * One thread is as fast on all rows at once.
 */
bool fits_row_blocks(const Session& session, const Pass& pass);

/**
 * All layers of a pass in one parallel region. A step is a block's end of one layer and begin of the next: what lies between a row's products
 * stays in one core's caches, and a block waits for the keys of those before it alone, which other threads wrote nearly a layer ago.
 * before_layer is called on any of the threads; what it throws ends the pass. Afterwards session.act.x holds the rows left in the pass.
 */
void run_row_blocks(Session& session, Pass& pass, const ForwardWant& want, const std::function<void(size_t layer)>& before_layer);

}  // namespace lectern
