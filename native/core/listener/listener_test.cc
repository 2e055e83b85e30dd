#include "listener/listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "engine/engine.h"
#include "io/simulated_disk.h"

namespace engram {
namespace {

constexpr uint32_t kDimension = 3;
constexpr auto kSoon = std::chrono::seconds(10);

std::string recall_of(std::string_view space, std::string_view body) {
  return "POST /v1/spaces/" + std::string(space) +
         "/recall HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

const std::string kEast = recall_of("notes", R"({"vector":[1,0,0]})");
const std::string kOther = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

class ListenerTest : public testing::Test {
 protected:
  explicit ListenerTest(ListenerOptions options = {})
      : engine_(std::move(*Engine::open(disk_, "e", 7))),
        space_(*engine_->space("notes", {.dimension = kDimension})) {
    const std::array<std::array<float, kDimension>, 2> vectors = {{{1, 0, 0}, {0, 1, 0}}};
    const std::array<const char*, 2> ids = {"east", "north"};
    for (size_t i = 0; i < ids.size(); ++i) {
      EpisodeFields fields;
      fields.id = ids[i];
      fields.embedding = {reinterpret_cast<const char*>(vectors[i].data()), sizeof vectors[i]};
      EXPECT_TRUE(space_->store({{fields}}, Durability::kAsync).ok());
    }
    options.types = {.vector = "application/vnd.engram.vector", .hits = "application/vnd.engram.hits"};
    options.answers.json_type = "application/json";
    listener_ = std::make_unique<Listener>(options, [this] { ++told_; });
    listener_->open("notes", space_);
  }

  /** The client's end of a connection that the listener has adopted. */
  Descriptor connect() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const Descriptor theirs(ends[1]);
    EXPECT_TRUE(listener_->adopt(theirs.get()));
    return Descriptor(ends[0]);
  }

  static void put(const Descriptor& client, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }

  /** One answer: head and body. */
  static std::string get(const Descriptor& client) {
    std::string text;
    for (char c = 0; ::recv(client.get(), &c, 1, 0) == 1;) {
      text += c;
      const size_t head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const size_t length = std::stoul(text.substr(text.find("content-length: ") + 16));
      if (text.size() == head + 4 + length) return text.substr(head + 4);
    }
    return "closed";
  }

  std::vector<HandedBack> handed_back(size_t count) {
    std::vector<HandedBack> all;
    for (const auto until = std::chrono::steady_clock::now() + kSoon;
         all.size() < count && std::chrono::steady_clock::now() < until;) {
      for (HandedBack& one : listener_->handed_back()) all.push_back(std::move(one));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return all;
  }

  SimulatedDisk disk_{1};
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Space> space_;
  std::atomic<int> told_{0};
  std::unique_ptr<Listener> listener_;
};

constexpr std::string_view kEastAnswer = R"({"hits":[{"id":"east","score":1},{"id":"north","score":0}]})";

TEST_F(ListenerTest, AnswersRecallsAndCountsThem) {
  const Descriptor client = connect();
  for (int i = 0; i < 3; ++i) {
    put(client, kEast);
    EXPECT_EQ(get(client), kEastAnswer);
  }
  size_t served = 0;
  for (const auto until = std::chrono::steady_clock::now() + kSoon;
       served < 3 && std::chrono::steady_clock::now() < until;)
    served += listener_->served().size();
  EXPECT_EQ(served, 3U);
  EXPECT_EQ(listener_->connections(), 1U);
}

TEST_F(ListenerTest, AnswersInTheirOrderWhatComesTogetherAndInPieces) {
  const Descriptor client = connect();
  put(client, kEast + recall_of("notes", R"({"vector":[0,1,0]})") + kEast.substr(0, 20));
  EXPECT_EQ(get(client), kEastAnswer);
  EXPECT_EQ(get(client), R"({"hits":[{"id":"north","score":1},{"id":"east","score":0}]})");
  put(client, kEast.substr(20, 100));
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  put(client, kEast.substr(120));
  EXPECT_EQ(get(client), kEastAnswer);
}

TEST_F(ListenerTest, AnswersAsManyAsComeTogether) {
  const Descriptor client = connect();
  constexpr size_t kMany = 100;
  std::string all;
  for (size_t i = 0; i < kMany; ++i) all += kEast;
  put(client, all + kOther);
  for (size_t i = 0; i < kMany; ++i) ASSERT_EQ(get(client), kEastAnswer) << i;
  EXPECT_EQ(handed_back(1).at(0).bytes, kOther);
}

TEST_F(ListenerTest, HandsBackWithAllThatItDidNotAnswer) {
  const Descriptor client = connect();
  put(client, kEast + kOther + kEast);
  EXPECT_EQ(get(client), kEastAnswer);
  auto back = handed_back(1);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].bytes, kOther + kEast);
  EXPECT_GE(told_, 1);
  EXPECT_EQ(listener_->connections(), 0U);
  EXPECT_EQ(::send(back[0].fd.get(), "x", 1, 0), 1);  // and it is alive
  char c = 0;
  EXPECT_EQ(::recv(client.get(), &c, 1, 0), 1);
}

TEST_F(ListenerTest, WhatTheEngineRefusesIsHandedBack) {
  for (const auto* body : {R"({"vector":[0,0,0]})", R"({"vector":[1,0]})", R"({"vector":[1e300,0,0]})", "{",
                           "", R"({"vector":[1,0,0],"k":1})", R"({"vector":[1,0,0]}})"}) {
    const Descriptor client = connect();
    put(client, recall_of("notes", body));
    auto back = handed_back(1);
    ASSERT_EQ(back.size(), 1U) << body;
    EXPECT_EQ(back[0].bytes, recall_of("notes", body));
  }
}

TEST_F(ListenerTest, AnUnknownSpaceAndOneThatIsShutAreHandedBack) {
  const Descriptor one = connect();
  put(one, recall_of("others", R"({"vector":[1,0,0]})"));
  EXPECT_EQ(handed_back(1).size(), 1U);
  listener_->shut("notes");
  const Descriptor other = connect();
  put(other, kEast);
  EXPECT_EQ(handed_back(1).size(), 1U);
}

TEST_F(ListenerTest, AClientThatLeavesIsForgotten) {
  { const Descriptor client = connect(); }
  const Descriptor half = connect();
  put(half, kEast.substr(0, 30));
  shutdown(half.get(), SHUT_WR);
  EXPECT_EQ(handed_back(1).at(0).bytes, kEast.substr(0, 30));
  for (const auto until = std::chrono::steady_clock::now() + kSoon;
       listener_->connections() > 0 && std::chrono::steady_clock::now() < until;)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(listener_->connections(), 0U);
}

TEST_F(ListenerTest, StopAnswersWhatCameAndHandsAllBack) {
  const Descriptor idle = connect();
  const Descriptor asking = connect();
  put(asking, kEast);
  EXPECT_EQ(get(asking), kEastAnswer);
  put(asking, kEast.substr(0, 9));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  listener_->stop();
  const auto back = listener_->handed_back();
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].bytes.size() + back[1].bytes.size(), 9U);
  EXPECT_FALSE(listener_->adopt(idle.get()));
}

/** Every recall is a long one: all but the first two of each round go to the second thread. */
class RestingListenerTest : public ListenerTest {
 protected:
  RestingListenerTest() : ListenerTest({.long_recall_us = 0, .rest_requests = 50}) {}
};

TEST_F(RestingListenerTest, LongRecallsAreAnsweredByTheSecondThreadInTheirOrder) {
  std::vector<Descriptor> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(connect());
  for (int round = 0; round < 30; ++round) {
    for (const Descriptor& client : clients) put(client, kEast + recall_of("notes", R"({"vector":[0,1,0]})"));
    for (const Descriptor& client : clients) {
      EXPECT_EQ(get(client), kEastAnswer);
      EXPECT_EQ(get(client), R"({"hits":[{"id":"north","score":1},{"id":"east","score":0}]})");
    }
  }
}

TEST_F(RestingListenerTest, WhatTheSecondThreadCannotAnswerIsHandedBackInFrontOfTheRest) {
  const Descriptor client = connect();
  for (int i = 0; i < 4; ++i) put(client, kEast);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get(client), kEastAnswer);
  const std::string zero = recall_of("notes", R"({"vector":[0,0,0]})");
  put(client, zero + kEast);
  const auto back = handed_back(1);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].bytes, zero + kEast);
}

TEST_F(RestingListenerTest, AClientThatLeavesWhileItsRecallIsUnderWayHurtsNobody) {
  for (int i = 0; i < 300; ++i) {
    const Descriptor client = connect();
    put(client, kEast + kEast + kEast + kEast + kEast + kEast);
    if (i % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  const Descriptor client = connect();
  put(client, kEast);
  EXPECT_EQ(get(client), kEastAnswer);
}

TEST_F(ListenerTest, AReaderThatTakesNothingDoesNotHoldUpTheStop) {
  const Descriptor client = connect();
  std::string many;
  for (int i = 0; i < 200; ++i) many += kEast;
  for (int pauses = 0; pauses < 20;) {  // until neither side has room for more
    if (::send(client.get(), many.data(), many.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) continue;
    ++pauses;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto began = std::chrono::steady_clock::now();
  listener_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began,
            kSoon);  // of which a third of the time it might have waited
  EXPECT_EQ(listener_->connections(), 0U);
}

/** All limits of time are short. */
class HastyListenerTest : public ListenerTest {
 protected:
  HastyListenerTest()
      : ListenerTest({.connections_max = 2, .first_request_ms = 50, .idle_ms = 50, .patience_ms = 50}) {}
};

TEST_F(HastyListenerTest, WhoNeverAsksOrIsDoneIsClosedAndAnUnfinishedRequestIsHandedBack) {
  const Descriptor silent = connect();
  const Descriptor slow = connect();
  EXPECT_FALSE(listener_->adopt(silent.get()));  // full
  put(slow, kEast.substr(0, 40));
  EXPECT_EQ(handed_back(1).at(0).bytes, kEast.substr(0, 40));
  EXPECT_EQ(get(silent), "closed");
  const Descriptor done = connect();
  put(done, kEast);
  EXPECT_EQ(get(done), kEastAnswer);
  EXPECT_EQ(get(done), "closed");
}

}  // namespace
}  // namespace engram
