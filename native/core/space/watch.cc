#include "space/watch.h"

#include "base/mutant.h"

namespace engram {

Watch::~Watch() {
  if (subscription_ != 0) log_.unsubscribe(subscription_);
}

void Watch::when_changed(std::function<void()> changed) {
  if (subscription_ != 0) log_.unsubscribe(subscription_);
  subscription_ = 0;
  if (changed) subscription_ = log_.subscribe(std::move(changed));
}

Result<std::vector<Change>> Watch::next(size_t most_bytes) {
  LogStats log = log_.stats();
  const bool caught_up = reader_.position().sequence >= log.durable;
  if (mutant(Mutant::kWatchBeforeSync)) {
    log.durable = log.position.sequence;
  } else if (caught_up && log.durable < log.position.sequence) {
    ENGRAM_TRY(log_.sync_to(log.position.sequence));
    log = log_.stats();
  }
  std::vector<Change> changes;
  ENGRAM_TRY(reader_.read(log.durable, most_bytes, [&](const Record& record) {
    changes.push_back(
        {record.sequence, record.tag.at_ms, std::string(record.tag.key), record.type, Bytes(record.payload)});
    return Status{};
  }));
  if (changes.empty() && reader_.position().sequence >= log.durable) ENGRAM_TRY(log_.writable());
  return changes;
}

}  // namespace engram
