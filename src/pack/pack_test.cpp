#include "pack/pack.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "pack/database.h"
#include "pack/scratch_test.h"
#include "pack/unit_file.h"

namespace weft::pack {
namespace {

namespace stdfs = std::filesystem;

FeatureRow feature(uint64_t offset, const std::string& value, std::optional<uint64_t> file_id = {}) {
  FeatureRow row;
  row.exhibit = "K1", row.kind = "email", row.value = value, row.offset = offset, row.path = std::to_string(offset);
  row.file_id = file_id, row.encoding = "utf-8", row.scanner = "email", row.context = "x " + value + " y";
  return row;
}

// A small exhibit in several units, duplicates across them included.
std::vector<UnitRows> small() {
  std::vector<UnitRows> units(3);
  ExhibitRow exhibit;
  exhibit.exhibit = "K1", exhibit.format = "raw", exhibit.size = 1000;
  units[0].exhibits.push_back(exhibit);
  VolumeRow volume;
  volume.exhibit = "K1", volume.volume = 1;
  units[0].volumes.push_back(volume);
  for (uint64_t id : {2, 1}) {
    FileRow file;
    file.exhibit = "K1", file.file_id = id, file.path = "docs/" + std::to_string(id), file.modified = Time{int64_t(id)};
    units[1].files.push_back(file);
  }
  units[1].extents = {{"K1", 1, 0, 90, 5, "slack"}, {"K1", 1, 10, 80, 5, "data"}, {"K1", 1, 0, 70, 10, "data"}};
  units[2].features = {feature(30, "c@c.cc"), feature(9, "b@b.bb", 2), feature(100, "a@a.aa", 7)};
  units[1].features = {feature(9, "b@b.bb", 2), feature(9, "a@b.bb", 1)};
  units[1].problems = {{"K1", "scan", 5, "5", {}, "bad"}, {"K1", "image", {}, "", {}, "worse"}};
  units[2].problems = {{"K1", "scan", 5, "5", {}, "bad"}};
  units[2].tokens = {{"K1", "card", "4***", "9", "ff"}, {"K1", "card", "4***", "9", "ff"}};
  // Records: one twice, and two whose order in the units is not that of their offsets.
  MessageRow message;
  message.exhibit = "K1", message.offset = 44, message.path = "#1+4", message.file = "docs/1", message.time = Time{7};
  for (UnitRows& unit : units) std::get<std::vector<MessageRow>>(unit.records).push_back(message);
  for (uint64_t offset : {60, 50}) {
    ContactRow contact;
    contact.exhibit = "K1", contact.offset = offset, contact.name = "at " + std::to_string(offset);
    std::get<std::vector<ContactRow>>(units[1].records).push_back(contact);
  }
  // A parser's feature where a scanner's is: both stand.
  FeatureRow from = feature(9, "a@b.bb", 1);
  from.path = "#1+9", from.role = "from", from.scanner = "mail";
  units[0].features.push_back(from);
  return units;
}

// Enough rows for several row groups.
std::vector<UnitRows> large(size_t count) {
  std::mt19937_64 random(7);
  std::vector<UnitRows> units(5);
  for (size_t i = 0; i < count; ++i) {
    uint64_t n = random();
    units[n % 5].features.push_back(
        feature(n % 10'000'000, "user" + std::to_string(n % 1'000) + "@example.org", n % 50));
    if (n % 7 == 0) units[n % 3].features.push_back(units[n % 5].features.back());
    if (n % 11 == 0)
      units[n % 4].problems.push_back({"K1", "scan", n % 3 ? std::optional(n % 1000) : std::nullopt, "", {}, "x"});
  }
  for (uint64_t id = 0; id < 50; ++id) {
    FileRow file;
    file.exhibit = "K1", file.file_id = id, file.path = "f" + std::to_string(id);
    units[id % 5].files.push_back(file);
  }
  return units;
}

SealOptions write_units(const Scratch& scratch, const std::string& name, const std::vector<UnitRows>& units) {
  SealOptions options;
  options.exhibit = "K1";
  stdfs::create_directories(scratch / name);
  for (size_t i = 0; i < units.size(); ++i) {
    options.units.push_back(scratch / (name + "/unit" + std::to_string(i)));
    write_unit(options.units.back(), units[i]);
  }
  options.folder = scratch / (name + "/packs/K1");
  options.tokens = scratch / (name + "/tokens/K1.parquet");
  options.temporary = scratch / (name + "/tmp");
  options.version = "0.1";
  options.settings = {{"scanners", "all"}};
  return options;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : stdfs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// One file a table, whatever tables there are, and the manifest.
std::vector<std::string> files_of_a_pack() {
  std::vector<std::string> names{"manifest.json"};
  for (const TableInfo& table : pack_tables()) names.push_back(fmt::format("{}.parquet", table.name));
  std::sort(names.begin(), names.end());
  return names;
}
const std::vector<std::string> pack_files = files_of_a_pack();

TEST(seal, orders_collapses_and_names_files) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  seal(options);
  EXPECT_EQ(names_in(options.folder), pack_files);
  EXPECT_EQ(names_in(scratch / "a/packs"), std::vector<std::string>{"K1"});
  EXPECT_TRUE(stdfs::is_empty(options.temporary));

  Database database(scratch / "tmp", 256 * MiB);
  database.attach_packs({options.folder});
  using Rows = std::vector<Database::Row>;
  EXPECT_EQ(database.rows("SELECT \"offset\", value, file, file_id FROM feature"), (Rows{{"9", "a@b.bb", "docs/1", "1"},
                                                                                         {"9", "a@b.bb", "docs/1", "1"},
                                                                                         {"9", "b@b.bb", "docs/2", "2"},
                                                                                         {"30", "c@c.cc", "", {}},
                                                                                         {"100", "a@a.aa", "", "7"}}));
  EXPECT_EQ(database.rows("SELECT file_id, modified FROM file"),
            (Rows{{"1", "1970-01-01T00:00:00.000000001Z"}, {"2", "1970-01-01T00:00:00.000000002Z"}}));
  EXPECT_EQ(database.rows("SELECT \"offset\" FROM extent"), (Rows{{"70"}, {"80"}, {"90"}}));
  EXPECT_EQ(database.rows("SELECT name FROM contact"), (Rows{{"at 50"}, {"at 60"}}));
  EXPECT_EQ(database.rows("SELECT \"offset\", file FROM message"), (Rows{{"44", "docs/1"}}));
  EXPECT_EQ(database.rows("SELECT \"offset\", what FROM problem"), (Rows{{{}, "worse"}, {"5", "bad"}}));

  PackInfo it = info(options.folder);
  EXPECT_EQ(it.exhibit, "K1");
  EXPECT_EQ(it.version, "0.1");
  std::map<std::string, uint64_t> rows{{"exhibit", 1}, {"volume", 1},  {"file", 2},    {"extent", 3},
                                       {"feature", 5}, {"message", 1}, {"contact", 2}, {"problem", 2}};
  for (const TableInfo& table : pack_tables()) rows.try_emplace(std::string(table.name), 0);
  EXPECT_EQ(it.rows, rows);
  EXPECT_EQ(it.pack_sha256.size(), 64u);
  EXPECT_EQ(verify(options.folder), std::vector<std::string>());
  EXPECT_THROW(seal(options), Error);  // never over a pack that is there

  EXPECT_EQ(database.value("SELECT count(*) FROM " + Database::quote(options.tokens)), "1");
  struct stat mode;
  ASSERT_EQ(::stat(options.tokens.c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600u);
}

// File 1 is fragmented: a gzip stream at 500 and an address at 700 cross its seam. File 2 begins at 500 too, deleted.
TEST(seal, what_was_read_whole_stands_for_what_was_cut) {
  Scratch scratch;
  std::vector<UnitRows> units = small();
  auto at = [](uint64_t offset, const std::string& path, const std::string& value, uint64_t file_id) {
    FeatureRow row = feature(offset, value, file_id);
    row.path = path;
    return row;
  };
  units[2].features = {at(500, "500-GZIP-10", "first@a.aa", 1),  at(500, "#1+0-GZIP-10", "first@a.aa", 1),
                       at(500, "#1+0-GZIP-900", "last@a.aa", 1), at(500, "500-GZIP-10", "first@a.aa", 2),
                       at(500, "500-BASE64-3", "other@a.aa", 1), at(700, "700", "cut@exa.mp", 1),
                       at(700, "#1+200", "cut@example.org", 1),  at(600, "600", "plain@a.aa", 1)};
  units[0].features.clear(), units[1].features.clear();
  units[1].problems = {{"K1", "scan", 500, "500", 1, "gzip stream is cut short"},
                       {"K1", "scan", 600, "600", 1, "another"},
                       {"K1", "image", 500, "", {}, "unreadable"}};
  units[2].problems.clear();
  SealOptions options = write_units(scratch, "units", units);
  seal(options);
  Database database(scratch / "spill", 256 * MiB);
  database.attach_packs({options.folder});
  std::vector<std::string> paths, problems;
  for (const auto& row : database.rows("SELECT path || ' ' || file_id FROM feature")) paths.push_back(*row[0]);
  EXPECT_EQ(paths, (std::vector<std::string>{"#1+0-GZIP-10 1", "#1+0-GZIP-900 1", "500-BASE64-3 1", "500-GZIP-10 2",
                                             "600 1", "#1+200 1"}));
  for (const auto& row : database.rows("SELECT what FROM problem ORDER BY 1")) problems.push_back(*row[0]);
  EXPECT_EQ(problems, (std::vector<std::string>{"another", "unreadable"}));
}

// Several terms may stand at one place, and only one of them go on behind the seam.
TEST(seal, no_word_stands_for_another) {
  Scratch scratch;
  std::vector<UnitRows> units = small();
  auto word = [](const std::string& path, const std::string& value) {
    FeatureRow row = feature(700, value, 1);
    row.path = path, row.kind = "word";
    return row;
  };
  units[2].features = {word("700", "kes*"), word("700", "kestrel"), word("#1+200", "kestrel")};
  units[0].features.clear(), units[1].features.clear();
  SealOptions options = write_units(scratch, "units", units);
  seal(options);
  Database database(scratch / "spill", 256 * MiB);
  database.attach_packs({options.folder});
  std::vector<std::string> found;
  for (const auto& row : database.rows("SELECT path || ' ' || value FROM feature")) found.push_back(*row[0]);
  EXPECT_EQ(found, (std::vector<std::string>{"#1+200 kestrel", "700 kes*"}));
}

TEST(seal, what_a_stop_list_holds_stays_with_a_mark) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "units", small());
  StopList stop;
  stop.add("known", "c@c.cc\na@b.bb\tnowhere\nb@b.bb\tx b@b.bb\n");
  options.stop = &stop;
  options.lists = {{"stop", "/lists/known", std::string(64, 'e'), 3}};
  seal(options);
  Database database(scratch / "spill", 256 * MiB);
  database.attach_packs({options.folder});
  std::vector<std::string> stopped;
  for (const auto& row : database.rows("SELECT value FROM feature WHERE stopped ORDER BY value"))
    stopped.push_back(*row[0]);
  EXPECT_EQ(stopped, (std::vector<std::string>{"b@b.bb", "c@c.cc"}));
  EXPECT_EQ(database.value("SELECT count(*) FROM feature"), "5");
  const PackInfo pack = info(options.folder);
  ASSERT_EQ(pack.lists.size(), 1u);
  EXPECT_EQ(pack.lists[0].kind + pack.lists[0].path + pack.lists[0].sha256, "stop/lists/known" + std::string(64, 'e'));
  EXPECT_EQ(pack.lists[0].terms, 3u);
}

TEST(seal, nothing_found_is_a_pack_too) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", {});
  seal(options);
  EXPECT_EQ(names_in(options.folder), pack_files);
  EXPECT_EQ(info(options.folder).rows["feature"], 0u);
  EXPECT_TRUE(verify(options.folder).empty());
  EXPECT_TRUE(exists(options.tokens));
  SealOptions other = write_units(scratch, "b", small());
  seal(other);
  Database database(scratch / "tmp", 256 * MiB);
  database.attach_packs({options.folder, other.folder});
  EXPECT_EQ(database.value("SELECT count(*) FROM feature"), "5");
}

TEST(seal, same_rows_same_bytes) {
  Scratch scratch;
  std::vector<UnitRows> units = large(300'000);
  SealOptions first = write_units(scratch, "first", units);
  seal(first);
  std::mt19937 random(1);
  Database one_for_all(scratch / "tmp", 512 * MiB, 2);
  for (int time : {1, 2, 3}) {
    SCOPED_TRACE(time);
    std::string name = "again" + std::to_string(time);
    std::shuffle(units.begin(), units.end(), random);
    for (UnitRows& unit : units) std::shuffle(unit.features.begin(), unit.features.end(), random);
    SealOptions again = write_units(scratch, name, units);
    again.run.host = name;
    seal(again, one_for_all);
    EXPECT_EQ(one_for_all.value("SELECT 1"), "1");  // leaves the query before its end
    EXPECT_EQ(info(again.folder).sha256, info(first.folder).sha256);
    EXPECT_EQ(info(again.folder).pack_sha256, info(first.folder).pack_sha256);
    auto without_run = [](const std::string& folder) {
      auto json = nlohmann::json::parse(read_file(folder + "/manifest.json"));
      json.erase("run");
      return json.dump();
    };
    EXPECT_EQ(without_run(again.folder), without_run(first.folder));
  }
  Database database(scratch / "tmp", 512 * MiB);
  database.attach_packs({first.folder});
  EXPECT_EQ(database.value("SELECT count(*) FROM (SELECT DISTINCT * FROM feature)"),
            std::to_string(info(first.folder).rows["feature"]));
  EXPECT_GT(info(first.folder).rows["feature"], 122'880u * 2);  // several row groups, or the test says nothing
  uint64_t last = 0;
  database.each("SELECT \"offset\" FROM feature", [&](const Database::Row& row) {
    uint64_t offset = std::stoull(row[0].value_or(""));
    EXPECT_LE(last, offset);
    last = offset;
    return true;
  });
}

TEST(seal, holds_to_a_small_budget) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", large(200'000));
  SealOptions tight = write_units(scratch, "b", large(200'000));
  tight.limits.memory = 192 * MiB;
  seal(options), seal(tight);
  EXPECT_EQ(info(options.folder).sha256, info(tight.folder).sha256);
  EXPECT_TRUE(stdfs::is_empty(tight.temporary));
}

TEST(seal, leftovers_of_a_killed_one_go) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  stdfs::create_directories(scratch / "a/packs/.K1.sealing/deep");
  write_file(scratch / "a/packs/.K1.sealing/feature.parquet", "half a");
  stdfs::create_directories(scratch / "a/tmp/duckdb-AAAAAA");
  write_file(scratch / "a/tmp/duckdb-AAAAAA/lock", "");
  seal(options);
  EXPECT_EQ(names_in(scratch / "a/packs"), std::vector<std::string>{"K1"});
  EXPECT_EQ(names_in(options.folder), pack_files);
  EXPECT_TRUE(stdfs::is_empty(options.temporary));
  EXPECT_TRUE(verify(options.folder).empty());
}

TEST(seal, a_broken_unit_is_an_error_and_no_pack) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  write_file(options.units[1], "WEFTUNIT");
  EXPECT_THROW(seal(options), Error);
  EXPECT_FALSE(exists(options.folder));
}

TEST(verify, sees_every_kind_of_change) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  seal(options);
  std::string feature_file = options.folder + "/feature.parquet", whole = read_file(feature_file);
  auto only = [&](const std::string& words) {
    std::vector<std::string> wrong = verify(options.folder);
    return wrong.size() == 1 && wrong[0].find(words) != std::string::npos;
  };
  for (size_t i = 0; i < whole.size(); i += 97) {
    std::string bad = whole;
    bad[i] = char(bad[i] ^ 1);
    write_file(feature_file, bad);
    EXPECT_TRUE(only("feature.parquet has SHA-256")) << i;
  }
  write_file(feature_file, whole + "x");
  EXPECT_TRUE(only("feature.parquet has "));
  stdfs::remove(feature_file);
  EXPECT_TRUE(only("feature.parquet is missing"));
  stdfs::create_symlink("/dev/null", feature_file);
  EXPECT_TRUE(only("feature.parquet is missing"));
  stdfs::remove(feature_file);
  write_file(feature_file, whole);
  write_file(options.folder + "/notes.txt", "");
  EXPECT_TRUE(only("notes.txt was added"));
  stdfs::remove(options.folder + "/notes.txt");
  EXPECT_TRUE(verify(options.folder).empty());

  std::string manifest = read_file(options.folder + "/manifest.json");
  auto json = nlohmann::ordered_json::parse(manifest);
  json["tables"]["feature"]["sha256"] = std::string(64, '0');
  write_file(options.folder + "/manifest.json", json.dump());
  EXPECT_EQ(verify(options.folder).size(), 2u);  // the file, and the hash over the hashes
}

TEST(verify, a_broken_manifest_is_named) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  seal(options);
  std::string path = options.folder + "/manifest.json", whole = read_file(path);
  for (size_t length = 0; length + 2 < whole.size(); length += 7) {
    write_file(path, std::string_view(whole).substr(0, length));
    EXPECT_EQ(verify(options.folder).size(), 1u) << length;
    EXPECT_THROW(info(options.folder), Error) << length;
  }
  auto broken = [&](auto change) {
    auto json = nlohmann::ordered_json::parse(whole);
    change(json);
    write_file(path, json.dump());
    EXPECT_EQ(verify(options.folder).size(), 1u) << json.dump();
    EXPECT_THROW(info(options.folder), Error) << json.dump();
  };
  broken([](auto& json) { json["format_version"] = 1; });
  broken([](auto& json) { json["format"] = "other"; });
  broken([](auto& json) { json["exhibit"] = 5; });
  broken([](auto& json) { json.erase("tables"); });
  broken([](auto& json) { json.erase("lists"); });
  broken([](auto& json) { json["tables"].erase("feature"); });
  broken([](auto& json) { json["tables"]["feature"]["rows"] = "many"; });
  broken([](auto& json) { json["tables"]["feature"]["file"] = "../feature.parquet"; });
  broken([](auto& json) { json["tables"]["more"] = 1; });
  broken([](auto& json) { json = nlohmann::ordered_json::array(); });
  auto older = nlohmann::ordered_json::parse(whole);
  older["format_version"] = 1;
  write_file(path, older.dump());
  EXPECT_NE(verify(options.folder)[0].find("another version"), std::string::npos);
  stdfs::remove(path);
  EXPECT_THROW(info(options.folder), Error);
  EXPECT_EQ(verify(options.folder).size(), 1u);
  EXPECT_EQ(verify(scratch / "none").size(), 1u);
}

TEST(attach_packs, a_missing_table_is_an_error) {
  Scratch scratch;
  SealOptions options = write_units(scratch, "a", small());
  seal(options);
  stdfs::remove(options.folder + "/file.parquet");
  Database database(scratch / "tmp", 256 * MiB);
  EXPECT_THROW(database.attach_packs({options.folder}), Error);
}

}  // namespace
}  // namespace weft::pack
