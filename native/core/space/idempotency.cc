#include "space/idempotency.h"

#include "base/mutant.h"
#include "base/utf8.h"

namespace engram {

Result<std::optional<Sequence>> IdempotencyKeys::find(const RecordTag& tag) const {
  if (tag.key.empty()) return std::optional<Sequence>{};
  const auto found = answers_.find(std::string(tag.key));
  if (found == answers_.end()) return std::optional<Sequence>{};
  if (found->second.fingerprint != tag.fingerprint && !mutant(Mutant::kKeyOfAnyRequest))
    return Error{Code::kConflict,
                 "idempotency key " + quote_text(tag.key) + " was used for another request, record " +
                     std::to_string(found->second.sequence),
                 "draw a new key for each request, and use it again only to repeat that one"};
  return std::optional<Sequence>{found->second.sequence};
}

void IdempotencyKeys::remember(const RecordTag& tag, Sequence sequence) {
  if (tag.key.empty()) return;
  const auto [place, fresh] = answers_.try_emplace(std::string(tag.key), Answer{tag.fingerprint, sequence});
  if (!fresh) return;
  order_.push_back(place->first);
  if (order_.size() <= kKept) return;
  answers_.erase(order_.front());
  order_.pop_front();
}

}  // namespace engram
