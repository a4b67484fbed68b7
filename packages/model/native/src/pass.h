// One pass: a part of a batch that runs through all layers together. Its rows are the tokens of its slices.
#pragma once

#include "forward.h"

namespace lectern {

/** Tokens [from, from + count) of an item; rows [row, row + count) of the pass. */
struct TokenSlice {
  ForwardItem* item;
  size_t from;
  size_t count;
  size_t row;
  size_t position;  // of its first token
};

struct Pass {
  std::vector<TokenSlice> slices;
  size_t rows = 0;
};

/** Cuts a batch into passes of bounded size. An item whose sparse part is still to choose stays whole. */
std::vector<Pass> plan_passes(std::vector<ForwardItem>& batch);

/** Rows that the feed-forward part of a layer takes at a time: so many that what lies between its products stays in the second-level caches. */
size_t feed_forward_rows(const Session& session);

/** Room in session.act for a pass of this many rows. */
void reserve_rows(Session& session, size_t rows);

/** Embeddings of all rows into session.act.x. */
void embed_rows(Session& session, const Pass& pass);

/** Norm, queries, keys and values of all rows: into session.act.q and the contexts. Only keys and wanted queries where layer is want.until_layer. */
void begin_layer(Session& session, const Pass& pass, const ForwardWant& want, size_t layer);

/** Whether anything is used of the layer besides its keys and values. */
bool layer_ends(const Session& session, const ForwardWant& want, size_t layer);

/** Attention and feed-forward. Where only the last logits are wanted the last layer leaves their rows alone in the pass. */
void end_layer(Session& session, Pass& pass, const ForwardWant& want, size_t layer);

/** Attention of all rows: session.act.q (rotated) and the contexts' rows into session.act.attended. */
void attend_pass(Session& session, const Pass& pass, size_t layer);

/** The same for a pass of single tokens. */
void attend_decode(Session& session, const Pass& pass, size_t layer);

/** For slices whose sparse part has no choice for this layer: score, choose, copy the chosen rows to their positions. */
void choose_blocks(Session& session, const Pass& pass, size_t layer);

}  // namespace lectern
