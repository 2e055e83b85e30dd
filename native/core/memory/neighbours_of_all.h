// For tests: both steps of a search of neighbours, with rows numbered as they were given.
#pragma once

#include <numeric>
#include <vector>

#include "memory/neighbours.h"

namespace engram {

inline std::vector<std::vector<Neighbour>> neighbours_of_all(const UnitRows& rows,
                                                             const NeighbourOptions& options) {
  std::vector<uint32_t> numbers(rows.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  NeighbourSearch search(rows, numbers, options);
  const std::vector<uint32_t> order(search.order().begin(), search.order().end());
  std::vector<float> values;
  for (const uint32_t row : order) values.insert(values.end(), rows[row].begin(), rows[row].end());
  const auto lists = search.find({values, rows.dimension});
  std::vector<std::vector<Neighbour>> all(rows.size());
  for (uint32_t at = 0; at < order.size(); ++at)
    for (const Neighbour& near : lists[at]) all[order[at]].push_back({near.cosine, order[near.row]});
  return all;
}

}  // namespace engram
