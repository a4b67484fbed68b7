#pragma once

#include <napi.h>

namespace lectern {

/**
 * startBlockScores(q[], kvHeads, z[], extra[], weights, keys[], keyScales[], blockStarts[], headDim, softmaxScale, maxThreads, extraOf, floor,
 * scores): () => void. The function ends what was begun; until then the arguments are kept alive and must not be changed.
 */
Napi::Value start_block_scores(const Napi::CallbackInfo& info);

}  // namespace lectern
