#include "log/record.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/limits.h"
#include "base/mutant.h"

namespace engram {
namespace {

constexpr uint32_t kRecordMagic = 0x64726372;  // "rcrd"
constexpr size_t kBodyOffset = 12;             // the body checksum covers everything from here on

View view_of(const SpaceUuid& uuid) { return {uuid.data(), uuid.size()}; }

uint32_t body_checksum(const SpaceUuid& uuid, View covered) {
  return crc32c(crc32c(0, view_of(uuid)), covered);
}

}  // namespace

uint32_t chain_start(const SpaceUuid& uuid) { return crc32c(0, view_of(uuid)); }

uint32_t chain_next(uint32_t chain, uint32_t body) {
  char raw[sizeof body];
  std::memcpy(raw, &body, sizeof body);
  return crc32c(chain, {raw, sizeof raw});
}

void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   View payload) {
  const size_t start = out.size();
  const size_t size = record_size(payload.size());
  out.reserve(start + size);
  Writer writer(out);
  writer.put(kRecordMagic);
  writer.put(uint32_t{0});  // body checksum, below
  writer.put(uint32_t{0});  // chain, below
  writer.put(static_cast<uint32_t>(payload.size()));
  writer.put(position.sequence + 1);
  writer.put(synced);
  writer.put(type);
  writer.zeros(6);
  writer.raw(payload);
  writer.zeros(start + size - out.size());
  const uint32_t body = body_checksum(uuid, View(out).substr(start + kBodyOffset));
  position.sequence += 1;
  position.chain = chain_next(position.chain, body);
  std::memcpy(out.data() + start + 4, &body, sizeof body);
  std::memcpy(out.data() + start + 8, &position.chain, sizeof position.chain);
}

std::optional<Record> decode_record(View segment, size_t offset, const SpaceUuid& uuid) {
  if (offset > segment.size() || segment.size() - offset < kRecordHeaderBytes) return std::nullopt;
  Reader reader(segment.substr(offset));
  if (reader.get<uint32_t>() != kRecordMagic) return std::nullopt;
  Record record;
  record.body = reader.get<uint32_t>();
  record.chain = reader.get<uint32_t>();
  const uint32_t length = reader.get<uint32_t>();
  record.sequence = reader.get<uint64_t>();
  record.synced = reader.get<uint64_t>();
  record.type = reader.get<uint16_t>();
  reader.raw(6);
  if (length > kRecordMaxBytes) return std::nullopt;
  record.size = record_size(length);
  if (record.size > segment.size() - offset) return std::nullopt;
  record.payload = reader.raw(length);
  if (!mutant(Mutant::kNoCrc)) {
    const View covered = segment.substr(offset + kBodyOffset, record.size - kBodyOffset);
    if (body_checksum(uuid, covered) != record.body) return std::nullopt;
  }
  return record;
}

bool follows(const Record& record, const ChainPosition& position) {
  const bool in_sequence = record.sequence == position.sequence + 1;
  const bool in_chain = record.chain == chain_next(position.chain, record.body) || mutant(Mutant::kNoChain) ||
                        mutant(Mutant::kNoCrc);
  return in_sequence && in_chain;
}

Sequence synced_claim_behind(View segment, size_t offset, const SpaceUuid& uuid) {
  Sequence claim = 0;
  for (; offset + kRecordHeaderBytes <= segment.size(); offset += kRecordAlignment)
    if (const auto record = decode_record(segment, offset, uuid)) claim = std::max(claim, record->synced);
  return claim;
}

}  // namespace engram
