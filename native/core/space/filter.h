// What a recall may answer with: conditions on attributes, a span of time, a least confidence. A filter is a
// value; AttributeIndex turns it into the set of episodes that meet it.
//
//   RecallFilter filter{.where = Condition::all({Condition::in("kind", {"note"}), Condition::range("n", 1,
//   9)})};
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "space/attributes.h"

namespace engram {

/** A tree of conditions on the attributes of one episode. An attribute that is not there meets none of them.
 */
struct Condition {
  enum class Kind : uint8_t {
    kAll,     // every one of `parts`; none given: met
    kAny,     // one of `parts`; none given: not met
    kNot,     // not the one part
    kIn,      // equal to one of `values`, in type and value
    kRange,   // a number from `minimum` to `maximum`, both included
    kExists,  // is there, whatever it is
  };
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  Kind kind = Kind::kAll;
  std::string key;
  std::vector<AttributeValue> values;
  double minimum = -kInfinity;
  double maximum = kInfinity;
  std::vector<Condition> parts;

  static Condition all(std::vector<Condition> parts);
  static Condition any(std::vector<Condition> parts);
  static Condition none_of(Condition part);
  static Condition in(std::string key, std::vector<AttributeValue> values);
  static Condition range(std::string key, double minimum, double maximum);
  static Condition exists(std::string key);
};

struct RecallFilter {
  std::optional<Condition> where = {};
  /** Time of the episode, ms since 1970, both included. */
  std::optional<double> from_ms = {};
  std::optional<double> until_ms = {};
  /** Of the episode as it was stored, 0…1. */
  float minimum_confidence = 0;

  /** Whether it lets everything through. */
  bool empty() const { return !where && !from_ms && !until_ms && minimum_confidence <= 0; }
};

/** Limits and ranges; the error names the value. */
Status check_filter(const RecallFilter& filter);

/** Whether the attributes (canonical encoding) meet the condition: the truth that the index is tested
 * against. */
bool meets(const Condition& condition, View attributes);

}  // namespace engram
