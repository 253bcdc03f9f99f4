#include "extract/chained_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;

class ChainedLogTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/weft-log-XXXXXX";
    root_ = ::mkdtemp(pattern);
  }
  void TearDown() override { files::remove_all(root_); }

  ChainedLog log() const { return ChainedLog(root_ + "/log.jsonl"); }
  void write(const std::string& text) const { std::ofstream(log().path(), std::ios::binary) << text; }
  std::string text() const { return read_file(log().path()); }
  // Three lines.
  std::vector<std::string> made() const {
    for (const char* action : {"one", "two", "three"}) log().append(action, {{"k", action}}, "");
    std::vector<std::string> lines;
    std::string all = text();
    for (size_t begin = 0; begin < all.size(); begin = all.find('\n', begin) + 1)
      lines.push_back(all.substr(begin, all.find('\n', begin) + 1 - begin));
    return lines;
  }

  std::string root_;
};

TEST_F(ChainedLogTest, ChainsLines) {
  EXPECT_FALSE(log().check().there);
  EXPECT_EQ(log().last_hash(), "");
  EXPECT_EQ(log().append("one", {{"k", "v"}}, ""), 1u);
  EXPECT_EQ(log().append("two", {{"list", {1, 2}}, {"broken", "\xff"}}, "beside"), 2u);
  ChainedLog::Checked checked = log().check();
  EXPECT_TRUE(checked.there);
  EXPECT_EQ(checked.lines, 2u);
  EXPECT_TRUE(checked.wrong.empty() && checked.remarks.empty());
  std::vector<nlohmann::json> lines = log().lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["previous"], lines[0]["hash"]);
  EXPECT_EQ(lines[1]["hash"], log().last_hash());
  EXPECT_EQ(lines[1]["beside"], "beside");
  EXPECT_FALSE(lines[0].contains("beside"));
}

TEST_F(ChainedLogTest, SeesWhatWasTouched) {
  std::vector<std::string> lines = made();
  ASSERT_EQ(lines.size(), 3u);
  auto wrong = [&](const std::string& all) {
    write(all);
    return log().check().wrong;
  };
  EXPECT_TRUE(wrong(lines[0] + lines[1] + lines[2]).empty());
  std::string edited = lines[1];
  edited.replace(edited.find("\"two\""), 5, "\"TWO\"");
  EXPECT_EQ(wrong(lines[0] + edited + lines[2]).size(), 1u) << "changed";
  EXPECT_EQ(wrong(lines[0] + lines[2]).size(), 1u) << "taken out";
  EXPECT_EQ(wrong(lines[1] + lines[2]).size(), 1u) << "the first taken out";
  EXPECT_EQ(wrong(lines[0] + lines[1] + lines[1] + lines[2]).size(), 1u) << "put in";
  EXPECT_FALSE(wrong(lines[0] + lines[2] + lines[1]).empty()) << "in another order";
  EXPECT_FALSE(wrong(lines[0] + "nonsense\n" + lines[1] + lines[2]).empty()) << "garbage between";
  EXPECT_FALSE(wrong(lines[0] + lines[1] + "nonsense\n").empty()) << "garbage behind";
  EXPECT_FALSE(wrong(lines[0] + lines[1] + "\n" + lines[2]).empty()) << "an empty line";
  EXPECT_FALSE(wrong("{\"seq\":\"x\",\"hash\":5}\n[]\n").empty());
}

TEST_F(ChainedLogTest, ACutOffLineIsSaidAndMended) {
  std::vector<std::string> lines = made();
  for (size_t left : {size_t(1), lines[2].size() / 2, lines[2].size() - 2}) {
    write(lines[0] + lines[1] + lines[2].substr(0, left));
    ChainedLog::Checked checked = log().check();
    EXPECT_TRUE(checked.wrong.empty()) << left;
    EXPECT_EQ(checked.remarks.size(), 1u) << left;
    EXPECT_EQ(log().append("next", {}, ""), 3u);
    EXPECT_EQ(text().rfind(lines[0] + lines[1] + lines[2].substr(0, left) + "\n", 0), 0u) << "nothing is taken away";
    checked = log().check();
    EXPECT_TRUE(checked.wrong.empty()) << left;
    EXPECT_EQ(checked.remarks.size(), 1u) << "still said";
    EXPECT_EQ(checked.lines, 3u);
    log().append("last", {}, "");
    EXPECT_TRUE(log().check().wrong.empty());
    // What was cut off is part of the chain: it cannot be changed, nor taken out, nor be something else.
    std::string all = text(), cut = lines[2].substr(0, left);
    size_t at = lines[0].size() + lines[1].size();
    write(all.substr(0, at) + all.substr(at + left + 1));
    EXPECT_FALSE(log().check().wrong.empty()) << "taken out";
    write(all.substr(0, at) + "X" + all.substr(at + 1));
    EXPECT_FALSE(log().check().wrong.empty()) << "changed";
  }
  write(lines[0] + lines[1].substr(0, lines[1].size() - 1));
  EXPECT_EQ(log().append("next", {}, ""), 3u) << "a line that lacks its newline only is whole";
  EXPECT_TRUE(log().check().wrong.empty() && log().check().remarks.empty());
  write(lines[0].substr(0, 10));
  EXPECT_EQ(log().append("first", {}, ""), 1u) << "the very first line was cut off";
  EXPECT_TRUE(log().check().wrong.empty());
}

TEST_F(ChainedLogTest, GoesOnBehindADamagedLineButSaysSo) {
  std::vector<std::string> lines = made();
  write(lines[0] + lines[1] + "garbage in place of a line\n");
  EXPECT_EQ(log().append("next", {}, ""), 3u);
  ChainedLog::Checked checked = log().check();
  EXPECT_EQ(checked.wrong.size(), 1u) << "a whole line was damaged: no write that was cut off leaves that";
  EXPECT_EQ(checked.lines, 3u);
}

TEST_F(ChainedLogTest, FindsTheLastLineOfALongLog) {
  std::string longest(100'000, 'x');
  for (int i = 0; i < 3; ++i) log().append("long", {{"k", longest}}, "");
  std::ofstream(log().path(), std::ios::app) << std::string(70'000, 'y');
  EXPECT_EQ(log().append("next", {}, ""), 4u);
  EXPECT_TRUE(log().check().wrong.empty());
}

TEST_F(ChainedLogTest, WritersDoNotBreakTheChain) {
  constexpr int writers = 4, each = 25;
  std::vector<pid_t> children;
  for (int w = 0; w < writers; ++w) {
    pid_t child = ::fork();
    if (child == 0) {
      [&]() noexcept {
        for (int i = 0; i < each; ++i) log().append("w" + std::to_string(w), {{"i", i}}, "");
      }();
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  ChainedLog::Checked checked = log().check();
  EXPECT_TRUE(checked.wrong.empty() && checked.remarks.empty());
  EXPECT_EQ(checked.lines, uint64_t(writers * each));
}

// Processes are killed while they write; whatever they leave, the chain holds and goes on.
TEST_F(ChainedLogTest, AKilledWriterLeavesAChain) {
  for (int round = 0; round < 10; ++round) {
    pid_t child = ::fork();
    if (child == 0)
      [&]() noexcept {
        for (int i = 0;; ++i) log().append("endless", {{"i", i}, {"text", std::string(5000, 'x')}}, "");
      }();
    ::usleep(useconds_t(3000 + 1700 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(log().check().wrong.empty());
    log().append("after", {}, "");
  }
  EXPECT_TRUE(log().check().wrong.empty());
}

TEST_F(ChainedLogTest, AFullDiskLeavesTheLogAsItWas) {
  made();
  std::string before = text();
  pid_t child = ::fork();
  if (child == 0) {
    rlimit limit{before.size() + 100, before.size() + 100};  // as on a full disk, a part of the line can be written
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int code = 1;
    try {
      log().append("more", {{"k", std::string(1000, 'x')}}, "");
    } catch (const Error&) {
      code = 0;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "it must be said";
  EXPECT_EQ(text(), before);
}

TEST_F(ChainedLogTest, EachLogKnowsOfTheOther) {
  ChainedLog custody(root_ + "/log.jsonl"), access(root_ + "/access.jsonl");
  auto wrong = [&] {
    ChainedLog::Checked a = custody.check(), b = access.check();
    custody.check_beside(a, access, b);
    access.check_beside(b, custody, a);
    return std::pair(a.wrong.size(), b.wrong.size());
  };
  custody.append("new", {}, access.last_hash());
  access.append("asked", {}, custody.last_hash());
  std::string early = read_file(access.path());
  access.append("answered", {}, custody.last_hash());
  custody.append("link", {}, access.last_hash());
  EXPECT_EQ(wrong(), std::pair(size_t(0), size_t(0)));
  std::string whole = read_file(access.path());
  std::ofstream(access.path()) << early;
  EXPECT_EQ(wrong().first, 1u) << "the end of the access log is gone";
  files::remove(access.path());
  EXPECT_EQ(wrong().first, 1u) << "all of it";
  std::ofstream(access.path()) << whole;
  std::string lines = read_file(custody.path());
  std::ofstream(custody.path()) << lines.substr(0, lines.find('\n') + 1);
  EXPECT_EQ(wrong(), std::pair(size_t(0), size_t(0))) << "nobody asked since";
  access.append("asked", {}, "a hash that the custody log had");
  EXPECT_EQ(wrong().second, 1u);
}

TEST_F(ChainedLogTest, ALogThatCannotBeWrittenIsAnError) {
  EXPECT_THROW(ChainedLog(root_ + "/no/log.jsonl").append("x", {}, ""), Error);
}

}  // namespace
}  // namespace weft::extract
