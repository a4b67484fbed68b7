// From u8 panels to tight ones, whose codes take no more bits than in the file.
#pragma once

#include "kernels/kernels.h"

namespace lectern {

/** Codes and scales of `whole` (u8, group for group) as those of `tight`, to `out` (tight.bytes()), which is zero before. */
void tighten(const Panel& whole, const Panel& tight, unsigned char* out);

}  // namespace lectern
