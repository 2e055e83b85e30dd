#include "check/history.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/random.h"

namespace engram {
namespace {

struct Kind {
  std::string_view name;
  uint32_t weight;  // how often, among all
};

constexpr std::array<Kind, static_cast<size_t>(Act::kCount)> kKinds = {{
    {"store", 26},      {"store batch", 8}, {"store again", 3}, {"keyed", 7},     {"link", 12},
    {"unlink", 4},      {"forget", 6},      {"weaken", 3},      {"access", 4},    {"configure", 2},
    {"consolidate", 5}, {"snapshot", 4},    {"sync", 3},        {"backup", 3},    {"get", 4},
    {"scan", 3},        {"edges", 3},       {"recall", 8},      {"spread", 4},    {"reach", 4},
    {"concepts", 4},    {"faded", 4},       {"complete", 3},    {"recognise", 3}, {"watch", 4},
    {"restore", 2},     {"verify", 2},      {"reopen", 2},      {"kill", 2},      {"power cut", 2},
    {"cut later", 2},
}};

}  // namespace

History make_history(uint64_t seed, size_t length) {
  uint32_t sum = 0;
  for (const Kind& kind : kKinds) sum += kind.weight;
  Random random(mix64(seed ^ 0x41157047));
  const auto number = [&] { return static_cast<uint32_t>(random.below(1U << 16U)); };
  History history;
  while (history.size() < length) {
    uint64_t at = random.below(sum);
    size_t kind = 0;
    while (at >= kKinds[kind].weight) at -= kKinds[kind++].weight;
    history.push_back({static_cast<Act>(kind), number(), number(), number()});
  }
  return history;
}

std::string describe(const History& history) {
  std::string text;
  for (const Action& action : history) {
    text.append(kKinds[static_cast<size_t>(action.act)].name);
    for (const uint32_t number : {action.a, action.b, action.c})
      text.append(" ").append(std::to_string(number));
    text.append("\n");
  }
  return text;
}

/** Delta debugging: ever shorter stretches are left out as long as it fails (Zeller & Hildebrandt 2002,
 * doi:10.1109/32.988498), then the numbers are made small. */
History shrink(History history, const Fails& fails) {
  for (size_t stretch = history.size(); stretch > 0;) {
    bool shorter = false;
    for (size_t at = 0; at < history.size();) {
      History without = history;
      const auto first = without.begin() + static_cast<ptrdiff_t>(at);
      without.erase(first, first + static_cast<ptrdiff_t>(std::min(stretch, without.size() - at)));
      if (fails(without)) {
        history = std::move(without);
        shorter = true;
      } else {
        at += stretch;
      }
    }
    if (!shorter || stretch > history.size()) stretch /= 2;
  }
  for (size_t at = 0; at < history.size(); ++at)
    for (uint32_t Action::*number : {&Action::a, &Action::b, &Action::c}) {
      History smaller = history;
      smaller[at].*number = 0;
      if (fails(smaller)) history = std::move(smaller);
    }
  return history;
}

}  // namespace engram
