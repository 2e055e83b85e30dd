#include "graph/graph.h"

#include <cassert>

namespace engram {

bool Graph::link(uint32_t from, uint32_t to, uint16_t relation, float weight, double at_ms) {
  assert(weight >= -1 && weight <= 1);
  const bool added = out_.put(from, {to, weight, relation, at_ms});
  const bool both = in_.put(to, {from, weight, relation});
  assert(added == both);
  static_cast<void>(both);
  edges_ += added ? 1 : 0;
  return added;
}

bool Graph::unlink(uint32_t from, uint32_t to, uint16_t relation) {
  if (!out_.erase(from, to, relation)) return false;
  const bool both = in_.erase(to, from, relation);
  assert(both);
  static_cast<void>(both);
  --edges_;
  return true;
}

void Graph::removeNode(uint32_t node) {
  // The other ends first: a loop to itself then goes with the node's own arcs.
  for (const Arc& arc : out_.arcs(node))
    if (arc.target != node) in_.erase(arc.target, node, arc.relation);
  for (const Arc& arc : in_.arcs(node))
    if (arc.target != node) edges_ -= out_.erase(arc.target, node, arc.relation) ? 1 : 0;
  edges_ -= out_.count(node);
  out_.clear(node);
  in_.clear(node);
}

Graph Graph::compacted() const {
  Graph result;
  result.out_ = out_.compacted();
  result.in_ = in_.compacted();
  result.edges_ = edges_;
  return result;
}

bool Graph::scattered() const {
  constexpr size_t kShare = 16;  // one slab in so many has moved
  return (out_.scattered() + in_.scattered()) * kShare > size_t{out_.nodes()} + in_.nodes();
}

}  // namespace engram
