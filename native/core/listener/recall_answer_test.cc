#include "listener/recall_answer.h"

#include <gtest/gtest.h>

namespace engram {
namespace {

std::string number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

TEST(RecallAnswer, NumbersAreWrittenAsJavaScriptWritesThem) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-0.0), "0");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(double{0.1F}), "0.10000000149011612");
  EXPECT_EQ(number(-0.9999998807907104), "-0.9999998807907104");
  EXPECT_EQ(number(1e-6), "0.000001");
  EXPECT_EQ(number(9.5e-7), "9.5e-7");
  EXPECT_EQ(number(-1.2345e-12), "-1.2345e-12");
  EXPECT_EQ(number(1e21), "1e+21");
}

TEST(RecallAnswer, StringsAreWrittenAsJavaScriptWritesThem) {
  std::string out;
  append_string(out, std::string_view("a\"b\\c\n\t\x01\x1f/\x7fé\0", 14));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\u0001\\u001f/\x7fé\\u0000\"");
}

TEST(RecallAnswer, DatesAreThoseOfHttp) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's own
}

TEST(RecallAnswer, HeadAndBodyAreOneAnswer) {
  const AnswerFields fields{.fields = "x: y\r\n", .json_type = "application/json", .hits_type = "bytes"};
  const std::vector<Hit> hits = {{.ordinal = 3, .similarity = 0.5F}};
  const std::vector<std::string> ids = {"é"};
  std::string json;
  append_answer(json, fields, "now", false, hits, ids);
  EXPECT_EQ(json,
            "HTTP/1.1 200 OK\r\nx: y\r\ncontent-type: application/json\r\ncontent-length: 34\r\nDate: now\r\n"
            "Connection: keep-alive\r\n\r\n"
            R"({"hits":[{"id":"é","score":0.5}]})");
  std::string bytes;
  append_answer(bytes, fields, "now", true, hits, ids);
  EXPECT_EQ(bytes.substr(bytes.find("\r\n\r\n") + 4),
            std::string("\x01\0\0\0", 4) + std::string("\0\0\0\x3f", 4) + std::string("\x02\0", 2) + "é");
}

}  // namespace
}  // namespace engram
