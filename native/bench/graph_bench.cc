// Spreading and traversal on one graph, in rounds that go through the operations forwards and backwards: time
// per call, arcs looked at, nodes reached. CPU time of one thread.
//   graph_bench --edges FILE   (u32 nodes, u32 edges, from u32[], to u32[], weight f32[]; links in that
//   order)
#include <algorithm>
#include <functional>
#include <span>

#include "base/random.h"
#include "bench.h"
#include "graph/graph.h"

namespace {

using engram::Activation;
using engram::Graph;
using engram::GraphScratch;
using engram::bench::cpuSeconds;
using engram::bench::keep;
using engram::bench::Options;
using engram::bench::readValues;
using engram::bench::Visit;

constexpr uint32_t kTop = 10;
constexpr uint32_t kSeedsOfMany = 10;

struct Operation {
  const char* metric;
  std::string label;
  /** One call for query `at`; returns how many nodes it reached. */
  std::function<size_t(uint32_t at)> call;
};

Graph readGraph(const std::string& path, const Visit& visit) {
  const auto sizes = readValues<uint32_t>(path, 0, 2);
  const size_t edges = sizes[1];
  const size_t header = 2 * sizeof(uint32_t);
  const auto from = readValues<uint32_t>(path, header, edges);
  const auto to = readValues<uint32_t>(path, header + edges * 4, edges);
  const auto weight = readValues<float>(path, header + edges * 8, edges);
  Graph graph;
  const double began = cpuSeconds();
  for (size_t i = 0; i < edges; ++i) graph.link(from[i], to[i], 0, weight[i], static_cast<double>(i));
  visit.say("links_per_s", "", "1/s", static_cast<double>(edges) / (cpuSeconds() - began), edges);
  visit.say("edges", "", "count", static_cast<double>(graph.edges()), 1);
  visit.say("bytes_per_edge", "as linked", "bytes",
            static_cast<double>(graph.bytes()) / static_cast<double>(edges), edges);
  Graph compact = graph.compacted();
  visit.say("bytes_per_edge", "laid out", "bytes",
            static_cast<double>(compact.bytes()) / static_cast<double>(edges), edges);
  return compact;
}

/** Arcs a second when all are read in order. */
double sweep(const Graph& graph, uint32_t nodes) {
  float sum = 0;
  const double began = cpuSeconds();
  for (uint32_t node = 0; node < nodes; ++node) {
    const auto arcs = graph.out(node);
    const auto targets = arcs.targets();
    const auto weights = arcs.weights();
    for (size_t at = 0; at < targets.size(); ++at) sum += weights[at] * static_cast<float>(targets[at] & 1U);
  }
  keep(sum);
  return static_cast<double>(graph.edges()) / (cpuSeconds() - began);
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments,
                        {{"edges", ""}, {"queries", "1000"}, {"rounds", "6"}, {"only", "all"}});
  const uint32_t queries = options.number("queries");
  const Visit loading{"engram", 0, 0};
  const Graph graph = readGraph(options.text("edges"), loading);
  const uint32_t nodes = readValues<uint32_t>(options.text("edges"), 0, 1)[0];

  engram::Random random(7);
  std::vector<Activation> seeds;
  while (seeds.size() < size_t{queries} * kSeedsOfMany) {
    const auto node = static_cast<uint32_t>(random.below(nodes));
    if (!graph.out(node).empty()) seeds.push_back({node, 1});
  }
  const auto one = [&](uint32_t at) { return std::span(seeds).subspan(at, 1); };
  const auto many = [&](uint32_t at) {
    return std::span(seeds).subspan(size_t{at} * kSeedsOfMany, kSeedsOfMany);
  };

  GraphScratch scratch;
  const auto spread = [&](std::span<const Activation> from, uint32_t hops, float cutoff, engram::Fan fan) {
    keep(graph.activate(from, {.depth = hops, .cutoff = cutoff, .fan = fan, .limit = kTop}, scratch));
    return scratch.active.size();
  };
  const auto reach = [&](uint32_t at, uint32_t hops) {
    return graph.reach(seeds[at].ordinal, {.hops = hops}, scratch).size();
  };
  using engram::Fan;
  const std::vector<Operation> operations = {
      {"spread_us", "1 seed, 2 hops", [&](uint32_t at) { return spread(one(at), 2, 0, Fan::kLinear); }},
      {"spread_us", "1 seed, 3 hops", [&](uint32_t at) { return spread(one(at), 3, 0, Fan::kLinear); }},
      {"spread_us", "10 seeds, 3 hops, cut-off",
       [&](uint32_t at) { return spread(many(at), 3, 0.01F, Fan::kLinear); }},
      {"spread_us", "10 seeds, 3 hops, cut-off, root of fan",
       [&](uint32_t at) { return spread(many(at), 3, 0.01F, Fan::kSquareRoot); }},
      {"reach_us", "2 hops", [&](uint32_t at) { return reach(at, 2); }},
      {"reach_us", "3 hops", [&](uint32_t at) { return reach(at, 3); }},
  };

  for (uint32_t round = 0; round < options.number("rounds"); ++round) {
    const Visit visit{"engram", round, 0};
    for (size_t turn = 0; turn < operations.size(); ++turn) {
      const Operation& operation = operations[round % 2 == 0 ? turn : operations.size() - 1 - turn];
      if (options.text("only") != "all" && options.text("only") != operation.label) continue;
      size_t reached = 0;
      uint64_t arcs = 0;
      const double began = cpuSeconds();
      for (uint32_t at = 0; at < queries; ++at) {
        reached += operation.call(at);
        arcs += scratch.arcs;
      }
      const double each = 1.0 / queries;
      visit.say(operation.metric, operation.label, "µs", (cpuSeconds() - began) * 1e6 * each, queries);
      visit.say("nodes_reached", operation.label, "count", static_cast<double>(reached) * each, queries);
      visit.say("arcs_walked", operation.label, "count", static_cast<double>(arcs) * each, queries);
    }
    if (options.text("only") == "all")
      visit.say("sweep_arcs_per_s", "", "1/s", sweep(graph, nodes), graph.edges());
  }
  return 0;
}
