#include "extract/case.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;

class CaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/weft-case-XXXXXX";
    root_ = ::mkdtemp(pattern);
    std::ofstream(root_ + "/stick.img") << std::string(4096, 'x');
  }
  void TearDown() override { files::remove_all(root_); }
  std::string root_;
};

TEST_F(CaseTest, TakesInOnceAndGivesLabels) {
  Case made = Case::create(root_ + "/case", "");
  Exhibit first = made.add(root_ + "/stick.img", {});
  EXPECT_EQ(first.label, "stick");
  EXPECT_EQ(first.format, "raw");
  EXPECT_EQ(made.add(root_ + "/stick.img", {}).label, "stick") << "the same path is the same exhibit";
  files::create_directory(root_ + "/other");
  files::copy(root_ + "/stick.img", root_ + "/other/stick.img");
  EXPECT_EQ(made.add(root_ + "/other/stick.img", {}).label, "stick-2");
  Exhibit named;
  named.label = "STICK";
  files::copy(root_ + "/stick.img", root_ + "/third.img");
  EXPECT_THROW(made.add(root_ + "/third.img", named), Error) << "labels differ by more than case";
  named.label = "../escape";
  EXPECT_THROW(made.add(root_ + "/third.img", named), Error);
  EXPECT_EQ(made.exhibits().size(), 2u);
}

TEST_F(CaseTest, RefusesACaseInsideItsEvidence) {
  files::create_directory(root_ + "/seized");
  std::ofstream(root_ + "/seized/note.txt") << "text";
  Case made = Case::create(root_ + "/seized/case", "");
  EXPECT_THROW(made.add(root_ + "/seized", {}), Error);
}

// Recognising happens in a process of its own; what it says comes back whole.
TEST_F(CaseTest, RefusalsComeBackFromTheOtherProcess) {
  Case made = Case::create(root_ + "/case", "");
  write_file(root_ + "/nothing.img", "");
  auto refusal = [&](const std::string& name) {
    try {
      made.add(root_ + "/" + name, {});
    } catch (const Error& error) {
      return std::pair(std::string(error.what()), error.os_code());
    }
    return std::pair(std::string("taken in"), 0);
  };
  EXPECT_EQ(refusal("nothing.img"), std::pair("the file is empty (0 bytes): " + root_ + "/nothing.img", 0));
  EXPECT_EQ(refusal("absent.img").second, ENOENT);
  files::copy(root_ + "/stick.img", root_ + "/na\xffme.img");
  EXPECT_NE(refusal("na\xffme.img").first.find("is not UTF-8"), std::string::npos);
}

TEST_F(CaseTest, DoesNotTakeOverAFolderInUse) {
  std::ofstream(root_ + "/report.docx") << "mine";
  EXPECT_THROW(Case::create(root_, ""), Error);
  EXPECT_THROW(Case::open(root_), Error);
}

TEST_F(CaseTest, LogsKnowWhatWasDoneAndAsked) {
  Case made = Case::create(root_ + "/case", "");
  made.log("one", {{"k", "v"}});
  Case::CheckedLogs logs = made.check_logs();
  EXPECT_TRUE(logs.custody.wrong.empty() && logs.access.wrong.empty());
  EXPECT_EQ(logs.access.lines, 1u) << "nobody asked yet";
  const Case asked = Case::open(root_ + "/case", true);
  EXPECT_EQ(asked.log_access("asked", nlohmann::json{{"arguments", "who"}}), 2u);
  made.log("two", {});
  logs = made.check_logs();
  EXPECT_TRUE(logs.custody.wrong.empty() && logs.access.wrong.empty());
  EXPECT_EQ(logs.access.lines, 2u);
  files::remove(made.access_log().path());
  EXPECT_FALSE(made.check_logs().custody.wrong.empty()) << "the custody log knows that there was one";
  asked.log_access("asked", nlohmann::json{{"arguments", "verify"}});
  EXPECT_FALSE(made.check_logs().custody.wrong.empty()) << "a new one is not the one that there was";
  files::remove(made.log_file());
  EXPECT_FALSE(made.check_logs().custody.wrong.empty()) << "missing";
}

TEST_F(CaseTest, ADeletedAccessLogIsMissedBeforeAnythingElseWasDone) {
  Case made = Case::create(root_ + "/case", "");
  made.log_access("asked", {});
  files::remove(made.access_log().path());
  made.log_access("asked", {});
  EXPECT_FALSE(made.check_logs().custody.wrong.empty());
}

TEST_F(CaseTest, AmendsWhatIsKnownAndLogsIt) {
  Case made = Case::create(root_ + "/case", "");
  Exhibit facts;
  facts.custodian = "Unit A", facts.note = "sealed";
  made.add(root_ + "/stick.img", facts);
  EXPECT_FALSE(made.amend("stick", facts)) << "nothing new";
  EXPECT_FALSE(made.amend("stick", {})) << "what is not given stays";
  facts.note = "seal broken", facts.place = "Room 3";
  EXPECT_TRUE(made.amend("stick", facts));
  EXPECT_EQ(made.exhibit("stick")->note, "seal broken");
  EXPECT_EQ(made.exhibit("stick")->place, "Room 3");
  EXPECT_EQ(made.exhibit("stick")->custodian, "Unit A");
  const nlohmann::json detail = made.custody_log().lines().back()["detail"];
  EXPECT_EQ(detail["note before"], "sealed");
  EXPECT_EQ(detail["note"], "seal broken");
  EXPECT_FALSE(detail.contains("custodian"));
  Exhibit relabelled;
  relabelled.label = "EX-017";
  EXPECT_THROW(made.add(root_ + "/stick.img", relabelled), Error);
}

TEST_F(CaseTest, TwoRunsExcludeEachOther) {
  Case made = Case::create(root_ + "/case", "");
  pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      Case::open(root_ + "/case");
    } catch (const CaseInUse&) {
      code = 0;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the second one must be told that the case is in use";
  EXPECT_NO_THROW(Case::open(root_ + "/case", true)) << "reading is always possible";
}

TEST_F(CaseTest, AnUnfinishedCaseIsFinished) {
  Case::create(root_ + "/case", "");
  files::remove(root_ + "/case/case.json");  // as if killed just before the last step
  std::string key = read_file(root_ + "/case/key");
  EXPECT_NO_THROW(Case::create(root_ + "/case", ""));
  EXPECT_EQ(read_file(root_ + "/case/key"), key);
}

}  // namespace
}  // namespace weft::extract
