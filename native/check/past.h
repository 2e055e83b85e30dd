// What a space was after each record of its log, by a plain model: the other side of every comparison with
// what is told, kept, copied or restored of its history.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/model.h"
#include "space/watch.h"

namespace engram {

/** What differs, for a person; nothing where all is well. */
using Finding = std::optional<std::string>;

/** The first request that bore a key. */
struct Answered {
  Bytes request;
  Sequence sequence = 0;
};

struct Moment {
  Model model;
  std::map<Bytes, Answered> keys;
  Change change;  // the record that led here
};

class Past {
 public:
  /** The moment of a record is found at its sequence; the first is that before all of them. */
  const Moment& operator[](Sequence sequence) const { return moments_[sequence]; }
  const Moment& now() const { return moments_.back(); }
  const Model& model() const { return now().model; }
  Sequence end() const { return moments_.size() - 1; }

  /** A record was issued; what it does to the model is the caller's. */
  Moment& record(const Operation& operation, double at_ms, View key = {});
  /** All up to a sequence was acknowledged as written. */
  void acknowledge(Sequence sequence) { acknowledged_ = std::max(acknowledged_, sequence); }
  /** All up to a sequence is said to be durable. */
  void promise(Sequence sequence) {
    acknowledge(sequence);
    promised_ = std::max(promised_, sequence);
  }
  Sequence promised() const { return promised_; }
  Sequence acknowledged() const { return acknowledged_; }

  /** After a failure: the space is where it was after record `sequence`, with that state. */
  Finding settle(Sequence sequence, const Bytes& state, Sequence least);

  /** The last record up to a time. */
  Sequence as_of(double time_ms, Sequence end) const;

 private:
  std::vector<Moment> moments_ = std::vector<Moment>(1);
  Sequence acknowledged_ = 0;
  Sequence promised_ = 0;
};

}  // namespace engram
