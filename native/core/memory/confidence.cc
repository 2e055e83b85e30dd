#include "memory/confidence.h"

#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace engram {

double along(std::span<const double> steps) { return std::accumulate(steps.begin(), steps.end(), 1.0, both); }

double any_of(std::span<const double> paths) {
  return std::accumulate(paths.begin(), paths.end(), 0.0, either);
}

bool Calibration::valid(std::span<const CalibrationKnot> knots) {
  for (size_t i = 0; i < knots.size(); ++i) {
    if (!std::isfinite(knots[i].score) || !(knots[i].probability >= 0 && knots[i].probability <= 1))
      return false;
    if (i > 0 && !(knots[i].score > knots[i - 1].score && knots[i].probability >= knots[i - 1].probability))
      return false;
  }
  return true;
}

double Calibration::operator()(double score) const {
  if (knots_.empty()) return std::clamp(score, 0.0, 1.0);
  const auto above = std::upper_bound(
      knots_.begin(), knots_.end(), score,
      [](double value, const CalibrationKnot& knot) { return value < static_cast<double>(knot.score); });
  if (above == knots_.begin()) return static_cast<double>(knots_.front().probability);
  if (above == knots_.end()) return static_cast<double>(knots_.back().probability);
  const CalibrationKnot& low = *(above - 1);
  const double share = (score - static_cast<double>(low.score)) /
                       (static_cast<double>(above->score) - static_cast<double>(low.score));
  return static_cast<double>(low.probability) +
         share * (static_cast<double>(above->probability) - static_cast<double>(low.probability));
}

Calibration fit_calibration(std::span<const float> scores, std::span<const uint8_t> outcomes,
                            size_t pool_min) {
  assert(scores.size() == outcomes.size());
  struct Pool {
    double score_sum = 0;
    double right = 0;
    double n = 0;
    double share() const { return right / n; }
  };
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] < scores[b] : a < b; });
  std::vector<Pool> pools;
  const auto merge_last = [&] {
    const Pool last = pools.back();
    pools.pop_back();
    pools.back().score_sum += last.score_sum;
    pools.back().right += last.right;
    pools.back().n += last.n;
  };
  for (size_t at = 0; at < order.size();) {
    Pool pool;  // equal scores, and as many more as make a share worth its name
    const size_t begin = at;
    while (at < order.size() && (at - begin < pool_min || scores[order[at]] == scores[order[at - 1]])) {
      pool.score_sum += static_cast<double>(scores[order[at]]);
      pool.right += outcomes[order[at]] != 0 ? 1 : 0;
      ++pool.n;
      ++at;
    }
    pools.push_back(pool);
    if (pool.n < static_cast<double>(pool_min) && pools.size() > 1) merge_last();
    while (pools.size() > 1 && pools[pools.size() - 2].share() >= pools.back().share()) merge_last();
  }
  std::vector<CalibrationKnot> knots;
  for (const Pool& pool : pools) {
    const CalibrationKnot knot{static_cast<float>(pool.score_sum / pool.n),
                               static_cast<float>((pool.right + 1) / (pool.n + 2))};
    // Smoothing small pools could let a share fall below the one before.
    if (knots.empty())
      knots.push_back(knot);
    else if (knot.score > knots.back().score)
      knots.push_back({knot.score, std::max(knot.probability, knots.back().probability)});
  }
  return Calibration(std::move(knots));
}

}  // namespace engram
