#include "check/past.h"

namespace engram {

Moment& Past::record(const Operation& operation, double at_ms, View key) {
  moments_.push_back(moments_.back());
  Change& change = moments_.back().change;
  change = {end(), at_ms, std::string(key), static_cast<uint16_t>(type_of(operation)), {}};
  encode_operation(change.payload, operation);
  return moments_.back();
}

Finding Past::settle(Sequence sequence, const Bytes& state, Sequence least) {
  if (sequence < least)
    return "record " + std::to_string(least) + " must be there, the last is " + std::to_string(sequence);
  if (sequence > end())
    return "record " + std::to_string(sequence) + " is there, the last issued is " + std::to_string(end());
  if (moments_[sequence].model.text() != state)
    return "the state is not that after record " + std::to_string(sequence);
  moments_.resize(sequence + 1);
  acknowledged_ = promised_ = sequence;
  return std::nullopt;
}

Sequence Past::as_of(double time_ms, Sequence end) const {
  while (end > 0 && moments_[end].change.at_ms > time_ms) --end;
  return end;
}

}  // namespace engram
