// The largest output by planes is that of all outputs, in every instruction set: on made-up matrices where the first look says little
// (ties, rows that are nearly equal, huge outliers), and where it says nearly everything. Prints what was tested.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "int8/arg_max.h"
#include "multiply.h"

namespace lectern {
namespace {

constexpr size_t ROWS = 1003, COLS = 96;  // no whole number of panels

[[noreturn]] void fail(const char* isa, const char* what, const char* name, double value) {
  std::fprintf(stderr, "failed: %s: %s: %s (%g)\n", isa, name, what, value);
  std::exit(1);
}

struct Case {
  const char* name;
  std::vector<float> rows;  // (ROWS, COLS)
  std::vector<float> x;     // (COLS)
};

std::vector<float> gaussian(size_t count, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = scale * normal(random);
  return values;
}

void set_row(std::vector<float>& rows, size_t row, const std::vector<float>& values) { std::copy(values.begin(), values.end(), rows.begin() + static_cast<ptrdiff_t>(row * COLS)); }

/**
 * Codes whose low nibbles decide: one row's all have x's sign, so that they add the most that the bound allows; others' add nothing, but
 * their high nibbles are up to nine tenths of that better. Every group has a 127, which makes its scale 1.
 */
Case decided_by_low_nibbles() {
  Case c{"low nibbles that decide", std::vector<float>(ROWS * COLS), std::vector<float>(COLS)};
  std::mt19937 random(13);
  for (float& x : c.x) x = random() % 2 ? 1.0f : -1.0f;
  std::vector<int> high(COLS);
  for (int& h : high) h = static_cast<int>(2 + random() % 12);
  for (size_t r = 0; r < ROWS; r++) {
    const size_t raised = r / PANEL_COLS == 600 / PANEL_COLS ? 20 : 20 + r % 21;  // its neighbours give no reason to look
    for (size_t i = 0; i < COLS; i++) {
      const bool up = c.x[i] > 0;
      const int low = r == 600 ? (up ? 15 : 0) : 8, h = high[i] + (r != 600 && i >= 4 && i < 4 + raised ? (up ? 1 : -1) : 0);
      c.rows[r * COLS + i] = i % 32 == 0 ? 127.0f : static_cast<float>(16 * h + low - 128);
    }
  }
  return c;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({"random", gaussian(ROWS * COLS, 1), gaussian(COLS, 2)});

  Case peaked{"one row along x", gaussian(ROWS * COLS, 3, 0.1f), gaussian(COLS, 4)};
  set_row(peaked.rows, 777, peaked.x);
  all.push_back(peaked);
  set_row(peaked.rows, 123, peaked.x);
  set_row(peaked.rows, 779, peaked.x);
  peaked.name = "three equal best rows";
  all.push_back(peaked);

  Case equal{"all rows equal", std::vector<float>(ROWS * COLS), gaussian(COLS, 5)};
  const std::vector<float> row = gaussian(COLS, 6);
  for (size_t r = 0; r < ROWS; r++) set_row(equal.rows, r, row);
  all.push_back(equal);

  Case near{"rows that differ in one low nibble", equal.rows, equal.x};
  std::mt19937 random(7);
  for (size_t r = 0; r < ROWS; r++) {
    const size_t at = r * COLS + random() % COLS;
    near.rows[at] += 0.02f * near.rows[at];
  }
  all.push_back(near);

  Case outliers{"huge outliers in x and rows", gaussian(ROWS * COLS, 8), gaussian(COLS, 9)};
  for (size_t c : {3, 17, 48, 95, 40}) outliers.x[c] *= 1e4f;  // 40 is none of the 16-bit inputs
  for (size_t r = 0; r < ROWS; r += 7) outliers.rows[r * COLS + 50] = 300.0f;
  all.push_back(outliers);

  all.push_back(decided_by_low_nibbles());
  all.push_back({"x of zeros", gaussian(ROWS * COLS, 10), std::vector<float>(COLS)});
  all.push_back({"rows of zeros", std::vector<float>(ROWS * COLS), gaussian(COLS, 11)});
  Case negative{"negative products", std::vector<float>(ROWS * COLS, -1.0f), std::vector<float>(COLS, 1.0f)};
  for (size_t r = 0; r < ROWS; r++) negative.rows[r * COLS + r % COLS] = -0.97f - 0.00001f * static_cast<float>(r % 50);
  all.push_back(negative);
  return all;
}

Linear linear_of(const Case& c, ThreadPool& pool, Layout layout) {
  Linear linear({c.name, TensorType::F32, ROWS, COLS, reinterpret_cast<const uint8_t*>(c.rows.data())}, Precision::int8, pool, layout);
  linear.add_side({3, 17, 48, 95}, pool);
  return linear;
}

std::vector<float> multiply_all(Session& s, const Linear& weight, const float* x, size_t rows) {
  std::vector<float> y(rows * ROWS);
  const Product product{&weight, nullptr, x, y.data(), ROWS, Epilogue::store};
  multiply(s, &product, 1, rows);
  return y;
}

void test_case(const char* isa, Session& s, const Case& c) {
  const Linear planes = linear_of(c, s.pool, Layout::planes), whole = linear_of(c, s.pool, Layout::whole);
  if (!planes.bounds_rests() || whole.has_planes()) fail(isa, "not the layout that was wished for", c.name, 0);
  if (planes.bytes() > whole.bytes() + 64 * planes.num_panels()) fail(isa, "planes take more memory than whole codes", c.name, 0);
  for (const size_t rows : {1, 2, 3, 7, 20}) {
    std::vector<float> x = gaussian(rows * COLS, 12);
    std::copy(c.x.begin(), c.x.end(), x.begin());
    const std::vector<float> a = multiply_all(s, planes, x.data(), rows), b = multiply_all(s, whole, x.data(), rows);
    if (std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) != 0) fail(isa, "products of planes are not those of whole codes", c.name, static_cast<double>(rows));
  }
  const std::vector<float> y = multiply_all(s, whole, c.x.data(), 1);
  const auto expected = static_cast<size_t>(std::max_element(y.begin(), y.end()) - y.begin());
  const auto found = arg_max_int8(s, planes, c.x.data());
  if (!found || *found != expected) fail(isa, "not the largest output", c.name, found ? static_cast<double>(*found) : -1);
}

/** What the first look leaves out: nearly all of a matrix with one good row; and more rows than it may leave out are read where it can say nothing. */
void test_traffic(const char* isa, Session& s, const Case& c, bool few) {
  const Linear planes = linear_of(c, s.pool, Layout::planes);
  s.weight_bytes = 0;
  arg_max_int8(s, planes, c.x.data());
  const auto read = static_cast<double>(s.weight_bytes), share = read / static_cast<double>(planes.int8_bytes());
  if (few ? share > 0.75 : share < 1) fail(isa, "bytes read, of all", c.name, share);
}

void test_not_finite(const char* isa, Session& s, Case c) {
  c.x[10] = std::numeric_limits<float>::quiet_NaN();
  const Linear planes = linear_of(c, s.pool, Layout::planes);
  const std::vector<float> y = multiply_all(s, planes, c.x.data(), 1);
  const auto found = arg_max_int8(s, planes, c.x.data());
  if (found && *found != static_cast<size_t>(std::max_element(y.begin(), y.end()) - y.begin())) fail(isa, "NaN in x", c.name, static_cast<double>(*found));
  c.x[10] = 0;
  c.rows[5000] = std::numeric_limits<float>::infinity();
  if (linear_of(c, s.pool, Layout::planes).bounds_rests()) fail(isa, "an infinite weight has a bound", c.name, 0);
}

}  // namespace
}  // namespace lectern

int main() {
  using namespace lectern;
  for (const Isa isa : ISAS) {
    if (!is_supported(isa) || !int8_kernels(isa)) continue;
    for (const size_t threads : {1, 3}) {
      Session session(Precision::int8, isa, threads);
      const std::vector<Case> all = cases();
      for (const Case& c : all) test_case(isa_name(isa), session, c);
      test_traffic(isa_name(isa), session, all[1], true);
      test_traffic(isa_name(isa), session, all[3], false);
      test_not_finite(isa_name(isa), session, all[0]);
    }
    std::puts(isa_name(isa));
  }
}
