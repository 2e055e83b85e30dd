#include "memory/clustering.h"

#include <algorithm>
#include <numeric>
#include <queue>

#include "memory/affinity.h"

namespace engram {
namespace {

/** A cluster while it grows; joined ones leave an empty shell that points to what they became. */
struct Growing {
  std::vector<double> sum;         // of the unit vectors; empty for a single row, which is its own sum
  std::vector<uint32_t> rows;      // ascending
  std::vector<uint32_t> adjacent;  // clusters with a candidate pair, maybe joined since
  double at_sum = 0;
  uint32_t became;  // itself while it lives
};

struct Join {
  double affinity;
  uint32_t first_a;  // the first rows of both, smaller first: the canonical order of equals
  uint32_t first_b;
  uint32_t a;
  uint32_t b;

  bool operator<(const Join& other) const {  // a priority queue takes the greatest first
    if (affinity != other.affinity) return affinity < other.affinity;
    if (first_a != other.first_a) return first_a > other.first_a;
    return first_b > other.first_b;
  }
};

class Agglomeration {
 public:
  Agglomeration(const UnitRows& rows, std::span<const double> at_ms, const ClusterOptions& options)
      : rows_(rows), options_(options), clusters_(rows.size()) {
    for (uint32_t row = 0; row < rows.size(); ++row)
      clusters_[row] = {.sum = {}, .rows = {row}, .adjacent = {}, .at_sum = at_ms[row], .became = row};
  }

  void offer(const CandidatePair& pair) {
    clusters_[pair.a].adjacent.push_back(pair.b);
    clusters_[pair.b].adjacent.push_back(pair.a);
    push(pair.a, pair.b);
  }

  std::vector<Cluster> run() {
    while (!joins_.empty()) {
      const Join join = joins_.top();
      joins_.pop();
      if (clusters_[join.a].became != join.a || clusters_[join.b].became != join.b) continue;
      if (coherence(join.a, join.b) >= options_.coherence) merge(join.a, join.b);
    }
    std::vector<Cluster> found;
    for (uint32_t at = 0; at < clusters_.size(); ++at) {
      Growing& cluster = clusters_[at];
      if (cluster.became != at || cluster.rows.size() < options_.size) continue;
      const double n = static_cast<double>(cluster.rows.size());
      found.push_back({std::move(cluster.rows), coherence_of(dot(at, at), n)});
    }
    std::sort(found.begin(), found.end(),
              [](const Cluster& a, const Cluster& b) { return a.rows.front() < b.rows.front(); });
    return found;
  }

 private:
  double value(const Growing& cluster, size_t i) const {
    return cluster.sum.empty() ? static_cast<double>(rows_[cluster.rows[0]][i]) : cluster.sum[i];
  }
  double dot(uint32_t a, uint32_t b) const {
    double total = 0;
    for (size_t i = 0; i < rows_.dimension; ++i) total += value(clusters_[a], i) * value(clusters_[b], i);
    return total;
  }
  double size(uint32_t at) const { return static_cast<double>(clusters_[at].rows.size()); }

  double coherence(uint32_t a, uint32_t b) const {
    const double n = size(a) + size(b);
    return coherence_of(dot(a, a) + 2 * dot(a, b) + dot(b, b), n);
  }

  void push(uint32_t a, uint32_t b) {
    const double cosine = dot(a, b) / (size(a) * size(b));
    const double apart = clusters_[a].at_sum / size(a) - clusters_[b].at_sum / size(b);
    const double strength = affinity(cosine, apart, options_.tau_ms);
    if (strength < options_.merge) return;
    const uint32_t first_a = clusters_[a].rows.front();
    const uint32_t first_b = clusters_[b].rows.front();
    joins_.push({strength, std::min(first_a, first_b), std::max(first_a, first_b), a, b});
  }

  uint32_t live(uint32_t at) {
    while (clusters_[at].became != at) {
      clusters_[at].became = clusters_[clusters_[at].became].became;
      at = clusters_[at].became;
    }
    return at;
  }

  void merge(uint32_t a, uint32_t b) {
    const auto joined = static_cast<uint32_t>(clusters_.size());
    Growing grown{.sum = std::vector<double>(rows_.dimension),
                  .rows = {},
                  .adjacent = {},
                  .at_sum = clusters_[a].at_sum + clusters_[b].at_sum,
                  .became = joined};
    for (size_t i = 0; i < grown.sum.size(); ++i)
      grown.sum[i] = value(clusters_[a], i) + value(clusters_[b], i);
    std::merge(clusters_[a].rows.begin(), clusters_[a].rows.end(), clusters_[b].rows.begin(),
               clusters_[b].rows.end(), std::back_inserter(grown.rows));
    for (const uint32_t part : {a, b}) {
      grown.adjacent.insert(grown.adjacent.end(), clusters_[part].adjacent.begin(),
                            clusters_[part].adjacent.end());
      clusters_[part] = {.sum = {}, .rows = {}, .adjacent = {}, .became = joined};
    }
    clusters_.push_back(std::move(grown));
    auto& adjacent = clusters_[joined].adjacent;
    for (uint32_t& other : adjacent) other = live(other);
    std::sort(adjacent.begin(), adjacent.end());
    adjacent.erase(std::unique(adjacent.begin(), adjacent.end()), adjacent.end());
    std::erase(adjacent, joined);
    for (const uint32_t other : adjacent) {
      clusters_[other].adjacent.push_back(joined);
      push(joined, other);
    }
  }

  const UnitRows& rows_;
  const ClusterOptions& options_;
  std::vector<Growing> clusters_;
  std::priority_queue<Join> joins_;
};

}  // namespace

double coherence_of(double sum_squared, double n) { return n < 2 ? 1 : (sum_squared - n) / (n * (n - 1)); }

std::vector<Cluster> agglomerate(const UnitRows& rows, std::span<const double> at_ms,
                                 std::span<const CandidatePair> pairs, const ClusterOptions& options) {
  Agglomeration agglomeration(rows, at_ms, options);
  for (const CandidatePair& pair : pairs) agglomeration.offer(pair);
  return agglomeration.run();
}

}  // namespace engram
