#include "log/record.h"

#include <algorithm>
#include <cassert>

#include "base/crc32c.h"
#include "base/limits.h"
#include "base/mutant.h"

namespace engram {
namespace {

constexpr uint32_t kRecordMagic = 0x64726372;  // "rcrd"
constexpr size_t kBodyOffset = 12;             // the body checksum covers everything from here on
constexpr size_t kRecordHeaderBytesV1 = 40;    // the same without the time

constexpr size_t header_bytes(uint32_t version) {
  return version == 1 ? kRecordHeaderBytesV1 : kRecordHeaderBytes;
}

constexpr size_t padded(size_t bytes) {
  return (bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

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

size_t record_size(size_t payload_bytes, size_t key_bytes) {
  const size_t tag_bytes = key_bytes == 0 ? 0 : sizeof(uint64_t) + key_bytes;
  return padded(kRecordHeaderBytes + tag_bytes + payload_bytes);
}

void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   const RecordTag& tag, View payload) {
  out.reserve(out.size() + record_size(payload.size(), tag.key.size()));
  encode_record(out, uuid, position, synced, type, tag, [&](Bytes& into) { into.append(payload); });
}

void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   const RecordTag& tag, const PayloadWriter& payload) {
  assert(tag.key.size() <= kKeyMaxBytes);
  const size_t start = out.size();
  Writer writer(out);
  writer.put(kRecordMagic);
  writer.put(uint32_t{0});  // body checksum, chain and length, below
  writer.put(uint32_t{0});
  writer.put(uint32_t{0});
  writer.put(position.sequence + 1);
  writer.put(synced);
  writer.put(type);
  writer.put(static_cast<uint8_t>(tag.key.size()));
  writer.zeros(5);
  position.at_ms = std::max(position.at_ms, tag.at_ms);
  writer.put(position.at_ms);
  if (!tag.key.empty()) {
    writer.put(tag.fingerprint);
    writer.raw(tag.key);
  }
  payload(out);
  const size_t length = out.size() - start - kRecordHeaderBytes;
  writer.zeros(padded(kRecordHeaderBytes + length) - kRecordHeaderBytes - length);
  const auto put_at = [&](size_t offset, uint32_t value) {
    std::memcpy(out.data() + start + offset, &value, sizeof value);
  };
  put_at(kBodyOffset, static_cast<uint32_t>(length));
  const uint32_t body = body_checksum(uuid, View(out).substr(start + kBodyOffset));
  position.sequence += 1;
  position.chain = chain_next(position.chain, body);
  put_at(4, body);
  put_at(8, position.chain);
}

size_t announced_size(View segment, size_t offset, uint32_t version) {
  if (offset > segment.size() || segment.size() - offset < kRecordHeaderBytesV1) return 0;
  Reader reader(segment.substr(offset));
  if (reader.get<uint32_t>() != kRecordMagic) return 0;
  reader.raw(8);
  const auto length = reader.get<uint32_t>();
  return length > kRecordMaxBytes ? 0 : padded(header_bytes(version) + length);
}

std::optional<Record> decode_record(View segment, size_t offset, const SpaceUuid& uuid, uint32_t version) {
  const size_t size = announced_size(segment, offset, version);
  if (size == 0 || size > segment.size() - offset) return std::nullopt;
  Record record;
  record.size = size;
  record.bytes = segment.substr(offset, size);
  Reader reader(record.bytes);
  reader.get<uint32_t>();  // magic
  record.body = reader.get<uint32_t>();
  record.chain = reader.get<uint32_t>();
  uint32_t length = reader.get<uint32_t>();
  record.sequence = reader.get<uint64_t>();
  record.synced = reader.get<uint64_t>();
  record.type = reader.get<uint16_t>();
  const auto key_bytes = reader.get<uint8_t>();
  reader.raw(5);
  if (version >= 2) {
    record.tag.at_ms = reader.get<double>();
    if (key_bytes > 0) {
      const size_t tag_bytes = sizeof record.tag.fingerprint + key_bytes;
      if (length < tag_bytes) return std::nullopt;
      length -= static_cast<uint32_t>(tag_bytes);
      record.tag.fingerprint = reader.get<uint64_t>();
      record.tag.key = reader.raw(key_bytes);
    }
  }
  record.payload = reader.raw(length);
  if (!mutant(Mutant::kNoCrc) && body_checksum(uuid, record.bytes.substr(kBodyOffset)) != record.body)
    return std::nullopt;
  return record;
}

ChainPosition moved_onto(const Record& record, const ChainPosition& position) {
  return {record.sequence, record.chain, std::max(position.at_ms, record.tag.at_ms)};
}

bool follows(const Record& record, const ChainPosition& position) {
  const bool in_sequence = record.sequence == position.sequence + 1;
  const bool in_chain = record.chain == chain_next(position.chain, record.body) || mutant(Mutant::kNoChain) ||
                        mutant(Mutant::kNoCrc);
  return in_sequence && in_chain;
}

Sequence synced_claim_behind(View segment, size_t offset, const SpaceUuid& uuid) {
  Sequence claim = 0;
  for (; offset + kRecordHeaderBytesV1 <= segment.size(); offset += kRecordAlignment)
    for (uint32_t version = kLogVersionOldest; version <= kLogVersion; ++version)
      if (const auto record = decode_record(segment, offset, uuid, version))
        claim = std::max(claim, record->synced);
  return claim;
}

}  // namespace engram
