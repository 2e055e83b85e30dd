// The graph as bytes, so that opening a space need not link its vectors again: neighbours by slot, and which
// ordinal has which slot. Codes and exact vectors are not in it; they follow from the vectors, which the
// caller adds again. FORMAT.md, "Vector graph".
#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "vector/index.h"

namespace engram {
namespace {

static_assert(std::numeric_limits<uint8_t>::max() >= 128, "counts of neighbours are bytes");

}  // namespace

void SmallWorld::write(Writer& writer) const {
  writer.put(entry_);
  writer.put(top_);
  if (landmarked()) {
    writer.put(covered_);
    writer.put(marked_);
    for (const float value : landmarks_.centre()) writer.put(value);
  }
  for (uint32_t slot = 0; slot < levels_.size(); ++slot) {
    if (!linked(slot)) continue;
    for (uint32_t layer = 0; layer <= levels_[slot]; ++layer) {
      const auto list = neighbours(slot, layer);
      writer.put(static_cast<uint8_t>(list.size()));
      writer.raw({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
    }
  }
}

bool SmallWorld::read(Reader& reader, const std::vector<bool>& linked_slots) {
  const auto slots = static_cast<uint32_t>(linked_slots.size());
  grow(slots);
  entry_ = reader.get<uint32_t>();
  top_ = reader.get<uint32_t>();
  if (landmarked()) {
    const auto covered = reader.get<uint32_t>();
    const auto marked = reader.get<uint32_t>();
    if (covered > slots) return false;
    cover(covered);
    marked_ = marked;
    std::vector<float> centre(landmarks_.centre().size());
    for (float& value : centre) value = reader.get<float>();
    landmarks_.set_centre(centre);
  }
  const bool any = std::find(linked_slots.begin(), linked_slots.end(), true) != linked_slots.end();
  if (any != (entry_ != kNone)) return false;
  if (any && (entry_ >= slots || !linked_slots[entry_] || top_ != levels_[entry_])) return false;
  std::vector<uint32_t> list;
  for (uint32_t slot = 0; slot < slots; ++slot) {
    if (!linked_slots[slot]) continue;
    linked_[slot] = 1;
    if (levels_[slot] > top_ || (landmarked() && slot >= covered_)) return false;
    for (uint32_t layer = 0; layer <= levels_[slot]; ++layer) {
      const auto count = reader.get<uint8_t>();
      if (count > degreeAt(layer)) return false;
      list.clear();
      for (uint8_t i = 0; i < count; ++i) {
        const auto other = reader.get<uint32_t>();
        if (other >= slots || levels_[other] < layer) return false;
        list.push_back(other);
      }
      setNeighbours(slot, layer, list);
    }
  }
  return reader.ok();
}

Bytes VectorIndex::image() const {
  Bytes bytes;
  if (placed_ == 0) return bytes;
  Writer writer(bytes);
  writer.put(VectorIndex::kImageVersion);
  writer.put(options_.dimension);
  writer.put(options_.degree);
  writer.put(options_.seed);
  writer.put(static_cast<uint32_t>(ordinals_.size()));
  writer.put(placed_);
  writer.put(static_cast<uint32_t>(free_.size()));
  for (const uint32_t slot : free_) writer.put(slot);
  for (const uint32_t ordinal : ordinals_) writer.put(ordinal);
  writer.put(static_cast<uint32_t>(sketches_ ? sketches_centred_ : 0));
  if (sketches_)
    for (const float value : sketches_mean_) writer.put(value);
  world_.write(writer);
  return bytes;
}

bool VectorIndex::expect(View image) {
  assert(ordinals_.empty());
  if (image.empty()) return false;
  const auto fail = [this] {
    const size_t owed_max = owed_max_;
    *this = VectorIndex(options_);
    owe_up_to(owed_max);
    return false;
  };
  Reader reader(image);
  const bool ours = reader.get<uint32_t>() == VectorIndex::kImageVersion &&
                    reader.get<uint32_t>() == options_.dimension &&
                    reader.get<uint32_t>() == options_.degree && reader.get<uint64_t>() == options_.seed;
  const auto slots = reader.get<uint32_t>();
  placed_ = reader.get<uint32_t>();
  const auto removed = reader.get<uint32_t>();
  if (!ours || placed_ > slots || removed > slots ||
      reader.left() / sizeof(uint32_t) < size_t{slots} + removed)
    return fail();
  for (uint32_t i = 0; i < removed; ++i) free_.push_back(reader.get<uint32_t>());
  std::vector<bool> linked(slots);
  for (uint32_t slot = 0; slot < slots; ++slot) {
    const auto ordinal = reader.get<uint32_t>();
    ordinals_.push_back(ordinal);
    if (ordinal == kNone) continue;
    if (ordinal >= kOrdinalsMax || contains(ordinal)) return fail();
    if (slots_.size() <= ordinal) slots_.resize(size_t{ordinal} + 1, 0);
    slots_[ordinal] = slot + 1;
    linked[slot] = slot < placed_;
    ++live_;
  }
  std::vector<bool> free(slots);
  for (const uint32_t slot : free_) {
    if (slot >= slots || ordinals_[slot] != kNone || free[slot]) return fail();
    free[slot] = true;
  }
  if (live_ + removed != slots) return fail();
  sketches_centred_ = reader.get<uint32_t>();
  if (sketches_centred_ > 0)
    for (uint32_t i = 0; i < options_.dimension; ++i) sketches_mean_.push_back(reader.get<float>());
  if (!world_.read(reader, linked) || !reader.done()) return fail();
  vectors_.reserve(size_t{slots} * options_.dimension * sizeof(float));
  awaited_.assign(slots, false);
  for (uint32_t slot = 0; slot < slots; ++slot) awaited_[slot] = ordinals_[slot] != kNone;
  awaiting_ = live_;
  return true;
}

}  // namespace engram
