#include "listener/plain_request.h"

#include <gtest/gtest.h>

namespace engram {
namespace {

const PlainTypes kTypes{.vector = "application/vnd.engram.vector", .hits = "application/vnd.engram.hits"};

std::string request(std::string_view line, std::string_view fields, std::string_view body) {
  std::string text(line);
  for (const std::string_view part : {std::string_view("\r\n"), fields, std::string_view("\r\n"), body})
    text += part;
  return text;
}

constexpr std::string_view kLine = "POST /v1/spaces/notes/recall HTTP/1.1";
constexpr std::string_view kHost = "Host: 127.0.0.1:7700\r\n";
constexpr std::string_view kJson = "Content-Type: application/json\r\n";
constexpr std::string_view kTwo = "Content-Length: 2\r\n";

std::string fields(std::initializer_list<std::string_view> some) {
  std::string all;
  for (const std::string_view one : some) all += one;
  return all;
}

TEST(PlainRequest, ARecallInJsonIsReadWhole) {
  const std::string text = request(kLine, fields({kHost, kJson, kTwo}), "{}") + "POST";
  PlainRequest read;
  ASSERT_EQ(read_plain(text, kTypes, read), Reading::kPlain);
  EXPECT_EQ(read.space, "notes");
  EXPECT_EQ(read.body, "{}");
  EXPECT_EQ(read.size, text.size() - 4);
  EXPECT_FALSE(read.vector_in_bytes);
  EXPECT_FALSE(read.hits_in_bytes);
}

TEST(PlainRequest, ARecallInBytesSaysSo) {
  const std::string text =
      request(kLine,
              fields({"host:localhost\r\n", "CONTENT-TYPE:  application/vnd.engram.vector \r\n",
                      "accept: application/vnd.engram.hits\r\n", kTwo}),
              "xy");
  PlainRequest read;
  ASSERT_EQ(read_plain(text, kTypes, read), Reading::kPlain);
  EXPECT_TRUE(read.vector_in_bytes);
  EXPECT_TRUE(read.hits_in_bytes);
}

TEST(PlainRequest, TheNullRequestNamesNoSpace) {
  PlainRequest read;
  ASSERT_EQ(read_plain(request("POST /v1/null HTTP/1.1", fields({kHost, kJson, kTwo}), "{}"), kTypes, read),
            Reading::kPlain);
  EXPECT_TRUE(read.space.empty());
}

TEST(PlainRequest, EveryBeginningAsksForMore) {
  const std::string text = request(kLine, fields({kHost, kJson, kTwo}), "{}");
  PlainRequest read;
  for (size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(read_plain(std::string_view(text).substr(0, size), kTypes, read), Reading::kMore) << size;
}

TEST(PlainRequest, NamesOfThisMachineAreKnownAndNoOthers) {
  PlainRequest read;
  const auto reading = [&](std::string_view host) {
    return read_plain(request(kLine, fields({"Host: ", host, "\r\n", kJson, kTwo}), "{}"), kTypes, read);
  };
  for (const auto* host :
       {"localhost", "LocalHost:1", "127.0.0.1", "127.255.0.999:80", "[::1]", "[::1]:7700"})
    EXPECT_EQ(reading(host), Reading::kPlain) << host;
  for (const auto* host :
       {"", "example.org", "localhost.example.org", "127.0.0.1.example.org", "127.0.0", "127.0.0.1.2",
        "128.0.0.1", "[::2]", "[::1", "localhost:", "localhost:80x", "127.0.0.1234"})
    EXPECT_EQ(reading(host), Reading::kOther) << host;
}

struct Unusual {
  const char* what;
  std::string text;
};

TEST(PlainRequest, WhatIsUnusualIsTheOtherReaders) {
  const std::string plain = fields({kHost, kJson, kTwo});
  const std::vector<Unusual> unusual = {
      {"another method", request("GET /v1/spaces/notes/recall HTTP/1.1", plain, "{}")},
      {"another version", request("POST /v2/spaces/notes/recall HTTP/1.1", plain, "{}")},
      {"another operation", request("POST /v1/spaces/notes/spread HTTP/1.1", plain, "{}")},
      {"HTTP/1.0", request("POST /v1/spaces/notes/recall HTTP/1.0", plain, "{}")},
      {"a query", request("POST /v1/spaces/notes/recall?k=1 HTTP/1.1", plain, "{}")},
      {"an encoded name", request("POST /v1/spaces/n%6ftes/recall HTTP/1.1", plain, "{}")},
      {"a path upwards", request("POST /v1/spaces/../recall HTTP/1.1", plain, "{}")},
      {"no name", request("POST /v1/spaces//recall HTTP/1.1", plain, "{}")},
      {"two spaces in the line", request("POST  /v1/spaces/notes/recall HTTP/1.1", plain, "{}")},
      {"an absolute target", request("POST http://localhost/v1/spaces/notes/recall HTTP/1.1", plain, "{}")},
      {"no host", request(kLine, fields({kJson, kTwo}), "{}")},
      {"two hosts", request(kLine, fields({kHost, kHost, kJson, kTwo}), "{}")},
      {"no length", request(kLine, fields({kHost, kJson}), "{}")},
      {"two lengths", request(kLine, fields({kHost, kJson, kTwo, kTwo}), "{}")},
      {"a list of lengths", request(kLine, fields({kHost, kJson, "Content-Length: 2, 2\r\n"}), "{}")},
      {"a signed length", request(kLine, fields({kHost, kJson, "Content-Length: +2\r\n"}), "{}")},
      {"a length in hex", request(kLine, fields({kHost, kJson, "Content-Length: 0x2\r\n"}), "{}")},
      {"a long body", request(kLine, fields({kHost, kJson, "Content-Length: 65537\r\n"}), "{}")},
      {"a length beyond numbers",
       request(kLine, fields({kHost, kJson, "Content-Length: 18446744073709551618\r\n"}), "{}")},
      {"chunks", request(kLine, fields({kHost, kJson, kTwo, "Transfer-Encoding: chunked\r\n"}), "{}")},
      {"a space before the colon",
       request(kLine, fields({kHost, kJson, kTwo, "Transfer-Encoding : chunked\r\n"}), "{}")},
      {"a folded line", request(kLine, fields({kHost, kJson, kTwo, "X: a\r\n b\r\n"}), "{}")},
      {"a bare line feed",
       request(kLine, fields({kHost, kJson, kTwo, "X: a\nTransfer-Encoding: chunked\r\n"}), "{}")},
      {"a zero byte", request(kLine, fields({kHost, kJson, kTwo, std::string_view("X: \0\r\n", 6)}), "{}")},
      {"no name of a field", request(kLine, fields({kHost, kJson, kTwo, ": x\r\n"}), "{}")},
      {"a field without a colon", request(kLine, fields({kHost, kJson, kTwo, "x\r\n"}), "{}")},
      {"an expectation", request(kLine, fields({kHost, kJson, kTwo, "Expect: 100-continue\r\n"}), "{}")},
      {"an upgrade", request(kLine, fields({kHost, kJson, kTwo, "Upgrade: h2c\r\n"}), "{}")},
      {"an encoded body", request(kLine, fields({kHost, kJson, kTwo, "Content-Encoding: gzip\r\n"}), "{}")},
      {"a connection to be closed",
       request(kLine, fields({kHost, kJson, kTwo, "Connection: close\r\n"}), "{}")},
      {"another type", request(kLine, fields({kHost, "Content-Type: text/plain\r\n", kTwo}), "{}")},
      {"a type with parameters",
       request(kLine, fields({kHost, "Content-Type: application/json; charset=utf-8\r\n", kTwo}), "{}")},
      {"a long head",
       request(kLine, fields({kHost, kJson, kTwo, "X: " + std::string(kPlainHeadMax, 'x') + "\r\n"}), "{}")},
      {"a head that does not end", fields({kLine, "\r\nX: ", std::string(kPlainHeadMax, 'x')})},
  };
  PlainRequest read;
  for (const Unusual& one : unusual)
    EXPECT_EQ(read_plain(one.text, kTypes, read), Reading::kOther) << one.what;
}

}  // namespace
}  // namespace engram
