// A snapshot of any bytes beside a sound log: raw, or any sections whose checksums are right.
#include "fuzz/input.h"
#include "fuzz/space_file.h"
#include "space/snapshot.h"

namespace {

using namespace engram;

/** Whether a vector graph names an ordinal that is too far off; its layout: vector/image.cc. */
bool goes_beyond(View image, uint32_t most) {
  constexpr size_t kSlotsAt = 3 * sizeof(uint32_t) + sizeof(uint64_t);
  Reader reader(image);
  reader.raw(kSlotsAt);
  const auto slots = reader.get<uint32_t>();
  reader.get<uint32_t>();
  const auto removed = reader.get<uint32_t>();
  reader.raw(size_t{removed} * sizeof(uint32_t));
  for (uint32_t left = slots; left > 0 && reader.ok(); --left)
    if (const auto ordinal = reader.get<uint32_t>(); ordinal > most && ordinal != UINT32_MAX) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint16_t kFirstSection = static_cast<uint16_t>(OperationType::kState);
  constexpr uint16_t kSections = 9;
  // A gap among ordinals or concept numbers costs memory, which is no finding.
  constexpr uint32_t kOrdinals = 100'000;
  FuzzInput input(data, size);
  SimulatedDisk disk(1);
  make_space(disk);
  const bool sealed = input.byte() % 2 == 0;
  Bytes snapshot;
  if (sealed) {
    SnapshotWriter writer({kFuzzUuid, kFuzzDimension, {0, chain_start(kFuzzUuid)}});
    uint64_t episodes = 0;
    uint64_t edges = 0;
    while (!input.empty()) {
      const uint16_t type = kFirstSection + input.byte() % kSections;
      const auto operation = decode_operation(type, input.sized(), kFuzzDimension);
      if (!operation) continue;
      if (const auto* state = std::get_if<StateOperation>(&*operation)) {
        episodes += state->episodes.size();
        for (const EpisodeState& one : state->episodes)
          if (one.ordinal > kOrdinals) return 0;
      }
      if (const auto* cycles = std::get_if<CyclesOperation>(&*operation))
        if (cycles->numbers > kOrdinals) return 0;
      if (const auto* concepts = std::get_if<ConceptsOperation>(&*operation))
        for (const ConceptState& one : concepts->concepts)
          if (one.number > kOrdinals) return 0;
      if (const auto* index = std::get_if<IndexOperation>(&*operation))
        if (goes_beyond(index->image, kOrdinals)) return 0;
      if (const auto* some = std::get_if<EdgesOperation>(&*operation)) edges += some->edges.size();
      writer.section(*operation);
    }
    snapshot = writer.finish(episodes, edges);
  } else {
    snapshot = input.rest();
  }
  put_file(disk, kFuzzDirectory, kSnapshotName, snapshot);
  open_and_check(disk, kFuzzDirectory);
  return 0;
}
