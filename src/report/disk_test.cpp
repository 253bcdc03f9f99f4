// From sealed packs and link tables on disk to the page: what the plain structs of the other tests cannot show.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/file.h"
#include "link/rows.h"
#include "pack/append.h"
#include "pack/pack.h"
#include "pack/unit_file.h"
#include "report/facts.h"

namespace weft::report {
namespace {

using testing::HasSubstr;

class OnDisk : public testing::Test {
 protected:
  OnDisk() : folder_((std::filesystem::temp_directory_path() / "weft-report-XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    for (const char* sub : {"/tmp", "/packs", "/links", "/tokens"}) std::filesystem::create_directory(folder_ + sub);
    seal("A 1", "verified");
    seal("B", "MISMATCH");
    seal("C", "none stored");
    write_links();
    write_file(
        folder_ + "/log.jsonl",
        R"({"seq":1,"time":"2026-11-24T09:00:00Z","actor":"x","action":"new","detail":{},"previous":"","hash":"aa"})"
        "\n"
        R"({"seq":2,"time":"2026-11-24T09:01:00Z","actor":"x","action":"add","detail":{"exhibit":"B"},"previous":"aa","hash":"bb"})"
        "\n");
    options_.case_name = "Trial";
    options_.case_log = folder_ + "/log.jsonl";
    options_.links = folder_ + "/links";
    options_.temporary = folder_ + "/tmp";
    options_.version = "9.9.9";
    options_.out = folder_ + "/report.html";
  }
  ~OnDisk() override { std::filesystem::remove_all(folder_); }

  void seal(const std::string& label, const std::string& check) {
    pack::UnitRows rows;
    ExhibitRow exhibit;
    exhibit.exhibit = label, exhibit.format = "raw", exhibit.size = 4096, exhibit.sha256 = "ab",
    exhibit.hash_check = check;
    rows.exhibits = {exhibit};
    VolumeRow volume;
    volume.exhibit = label, volume.volume = 1, volume.size = 4096, volume.scheme = "none", volume.file_system = "ext4";
    rows.volumes = {volume};
    for (uint64_t i = 1; i <= 3; ++i) {
      FileRow file;
      file.exhibit = label, file.file_id = i, file.volume = 1, file.path = "f" + std::to_string(i), file.kind = "file";
      file.state = i == 3 ? "deleted" : "allocated";
      rows.files.push_back(file);
    }
    for (uint64_t i = 0; i < 9; ++i) {
      FeatureRow feature;
      feature.exhibit = label, feature.kind = "email", feature.offset = 100 * i, feature.path = std::to_string(100 * i);
      feature.value = i < 3 ? "often@x.test" : "p" + std::to_string(i) + "@x.test";
      feature.scanner = "email", feature.encoding = "utf-8";
      rows.features.push_back(feature);
    }
    for (uint64_t i = 0; i < 4; ++i) {
      ProblemRow problem;
      problem.exhibit = label, problem.stage = "scan", problem.offset = 7 * i;
      problem.what_happened = "page " + std::to_string(i) + " <b>broke</b>";
      rows.problems.push_back(problem);
    }
    pack::write_unit(folder_ + "/unit-" + label, rows);
    pack::SealOptions how;
    how.exhibit = label, how.units = {folder_ + "/unit-" + label}, how.folder = folder_ + "/packs/" + label;
    how.tokens = folder_ + "/tokens/" + label + ".parquet", how.temporary = folder_ + "/tmp", how.version = "9.9.8";
    pack::seal(how);
    options_.packs.push_back(how.folder);
    options_.exhibits.push_back(folder_ + "/" + label + ".json");
    write_file(options_.exhibits.back(),
               R"({"label":")" + label + R"(","custodian":"Unit 7","evidence":[{"path":"/e/x.dd","size":4096}]})");
  }

  void write_links() {
    pack::Database database(folder_ + "/tmp", 512 * MiB);
    link::LinkRow link;
    link.exhibit_a = "A 1", link.exhibit_b = "B", link.rank = 1, link.score = 3.5, link.bundles = 2,
    link.selectors = 21;
    link.kinds = "email", link.strongest = "p3@x.test", link.innocent = "a newsletter";
    pack::write_parquet(database, std::vector{link}, folder_ + "/links/link.parquet");
    std::vector<link::EvidenceRow> evidence;
    for (uint64_t i = 0; i < 21; ++i) {
      link::EvidenceRow it;
      it.exhibit_a = "A 1", it.exhibit_b = "B", it.bundle = i < 20 ? 1 : 2, it.kind = "email";
      it.value = "v" + std::to_string(i) + "@x.test", it.weight = i % 20 == 0 ? 2.0 : 0.0,
      it.path_a = std::to_string(i);
      evidence.push_back(it);
    }
    pack::write_parquet(database, evidence, folder_ + "/links/evidence.parquet");
    link::SetAsideRow aside;
    aside.kind = "domain", aside.value = "w3.org", aside.reason = "background", aside.exhibits = 3;
    pack::write_parquet(database, std::vector{aside}, folder_ + "/links/set_aside.parquet");
  }

  std::string folder_;
  ReportOptions options_;
};

TEST_F(OnDisk, FactsAreWhatTheTablesSay) {
  CaseFacts facts = gather(options_);
  ASSERT_EQ(facts.exhibits.size(), 3u);
  const ExhibitFacts& a = facts.exhibits[0];
  EXPECT_EQ(a.row.exhibit, "A 1");
  EXPECT_EQ(a.row.size, 4096u);
  EXPECT_EQ(a.taken_in.custodian, "Unit 7");
  EXPECT_EQ(a.taken_in.evidence.at(0).size, 4096u);
  EXPECT_EQ(a.volumes.at(0).file_system, "ext4");
  EXPECT_EQ(a.file_count(), 3u);
  EXPECT_EQ(a.deleted_count(), 1u);
  ASSERT_EQ(a.features.size(), 1u);
  EXPECT_EQ(a.features[0].count, 9u);
  EXPECT_EQ(a.features[0].different, 7u);
  ASSERT_EQ(a.features[0].top.size(), 5u);
  EXPECT_EQ(a.features[0].top[0].name, "often@x.test");
  EXPECT_EQ(a.features[0].top[0].count, 3u);
  ASSERT_EQ(a.problem_groups.size(), 1u);  // they differ in a number only
  EXPECT_EQ(a.problem_groups[0].count, 4u);
  EXPECT_EQ(a.problem_groups[0].offset, 0u);
  EXPECT_EQ(a.pack.version, "9.9.8");
  EXPECT_EQ(a.pack.pack_sha256.size(), 64u);
  EXPECT_TRUE(facts.exhibits[1].mismatch());
  ASSERT_EQ(facts.links.size(), 1u);
  ASSERT_EQ(facts.links[0].bundles.size(), 2u);
  EXPECT_EQ(facts.links[0].bundles[0].selectors.size(), 8u);
  EXPECT_EQ(facts.links[0].bundles[0].selectors_in_all, 20u);
  EXPECT_EQ(facts.links[0].bundles[0].selectors[0].weight, 2.0);
  EXPECT_EQ(facts.unlinked, std::vector<std::string>{"C"});
  EXPECT_EQ(facts.set_aside.at(0).count, 1u);
  EXPECT_EQ(facts.log_entries, 2u);
  EXPECT_EQ(facts.log_remark, "");
}

TEST_F(OnDisk, SamePacksSameBytesButForTheTime) {
  write_html(options_);
  std::string first = read_file(options_.out);
  write_html(options_);
  std::string second = read_file(options_.out);
  auto without_time = [](std::string text) {
    size_t at = text.find("<p class=\"made\">");
    return text.erase(at, text.find('\n', at) - at);
  };
  EXPECT_EQ(without_time(first), without_time(second));
  EXPECT_THAT(first, HasSubstr("&lt;b&gt;broke&lt;/b&gt;"));
  EXPECT_THAT(first, HasSubstr("weft show CASE <bdi>&#39;A 1:0&#39;</bdi>"));
  std::string text = summary(options_, false);
  EXPECT_THAT(text, HasSubstr("A 1 – B"));
  EXPECT_THAT(text, HasSubstr(options_.out));
  EXPECT_THAT(text, HasSubstr("HASH MISMATCH: B"));
}

TEST_F(OnDisk, WhatIsMissingIsSaid) {
  options_.links = folder_ + "/nowhere";
  options_.case_log = folder_ + "/no-log";
  options_.exhibits[2] = folder_ + "/no-exhibit.json";
  write_html(options_);
  std::string html = read_file(options_.out);
  EXPECT_THAT(html, HasSubstr("They have not been linked yet."));
  EXPECT_THAT(html, HasSubstr("There is no case log."));
  CaseFacts facts = gather(options_);
  EXPECT_EQ(facts.exhibits.size(), 3u);
  write_file(folder_ + "/late.json", R"({"label":"D"})");
  options_.exhibits.push_back(folder_ + "/late.json");
  write_html(options_);
  EXPECT_THAT(read_file(options_.out), HasSubstr("Taken in, but not extracted"));
}

TEST_F(OnDisk, BrokenLogIsSaid) {
  append_line(options_.case_log, R"({"seq":3,"action":"x","previous":"not bb","hash":"cc"})");
  EXPECT_EQ(gather(options_).log_remark, "Entry 3 of the log does not continue the one before it.");
  write_file(options_.case_log, "not json\n");
  EXPECT_EQ(gather(options_).log_remark, "Entry 1 of the log cannot be read.");
}

}  // namespace
}  // namespace weft::report
