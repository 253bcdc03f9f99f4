#include "link/index.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "link/gather.h"
#include "link/index_from_rows.h"
#include "link/small_pack_test.h"
#include "pack/append.h"
#include "pack/database.h"

namespace weft::link {
namespace {

class Indexes : public testing::Test {
 protected:
  std::string seal(const std::string& label, size_t values = 300) {
    SmallPack small{label, label, {}};
    for (size_t i = 0; i < values; ++i)
      small.values.push_back({"email", fmt::format("p{}@{}.net", i, label), fmt::format("home/{}", i % 40), ""});
    small.values.push_back({"card", "492912******9012", "home/card", "token"});
    return seal_small_pack(scratch_, small);
  }
  std::vector<Source> sources_of(const std::vector<std::string>& packs, const std::string& folder = "indexes") {
    std::filesystem::create_directories(scratch_ / folder);
    return sources(packs, scratch_ / "tokens", scratch_ / folder);
  }
  std::vector<std::string> make(const std::vector<Source>& sources, unsigned threads = 1, uint64_t memory = 2 * GiB) {
    Limits limits;
    limits.memory = memory;
    return make_indexes(sources, scratch_ / "tmp", limits, threads);
  }
  pack::Scratch scratch_;
};

TEST_F(Indexes, OneAtATimeOrAllAtOnceTheSameBytes) {
  const std::vector<std::string> packs = {seal("a"), seal("b"), seal("c")};
  for (const std::string& pack : packs) EXPECT_EQ(make(sources_of({pack})).size(), 1u);  // as when each was sealed
  const std::vector<Source> alone = sources_of(packs), together = sources_of(packs, "other");
  EXPECT_TRUE(make(alone, 2).empty()) << "they are there";
  EXPECT_EQ(make(together, 3, 512 * MiB).size(), 3u);
  for (size_t i = 0; i < packs.size(); ++i)
    EXPECT_EQ(read_file(alone[i].index), read_file(together[i].index)) << alone[i].exhibit;
}

// What is told by messages, secrets with several places, machines, sticks and serials of volumes included.
SmallPack of_every_sort() {
  SmallPack small{"every", "image", {}};
  for (size_t i = 0; i < 500; ++i)
    small.values.push_back({"email", fmt::format("P{}@a.net", i % 90), fmt::format("home/{}", i % 40), ""});
  for (size_t i = 0; i < 6; ++i)
    small.values.push_back({"card", "492912******9012", fmt::format("home/card{}", i), fmt::format("token{}", i % 2)});
  small.values.push_back({"card", "no token", "home/card", ""});
  small.values.push_back({"mail_header", "From: Ann <ann@a.net>", "home/m.eml", ""});
  small.values.push_back({"message_id", "<1@a.net>", "home/m.eml", ""});
  small.values.push_back({"sid", "S-1-5-21-1-2-3-1001", "home/sid", ""});
  small.values.push_back({"usb_device_id", "SanDisk:Cruzer:0123456789", "home/usb", ""});
  small.values.push_back({"url", "http://a.net/", "home/u", ""});
  small.values.push_back({"url", "http://a.net/?q=1", "home/u", ""});
  small.values.push_back({"exif_gps", "not a kind", "home/u", ""});
  return small;
}

// Expects more rows than come, so that they wait on the disk.
struct ExpectsMany : IndexFromRows {
  using IndexFromRows::IndexFromRows;
  void begin(uint64_t most_files, uint64_t) override { IndexFromRows::begin(most_files, 9'000'000); }
};

TEST_F(Indexes, OfRowsAsOfThePack) {
  std::filesystem::create_directories(scratch_ / "indexes");
  const std::string path = index_path(scratch_ / "indexes", "every");
  const auto sealed = [&](IndexFromRows& index, unsigned threads) {
    std::filesystem::remove_all(scratch_ / "packs");
    std::filesystem::remove_all(scratch_ / "tokens");
    const std::vector<Source> one = sources_of({seal_small_pack(scratch_, of_every_sort(), &index, threads)});
    EXPECT_TRUE(index.finish(one[0]));
    EXPECT_TRUE(make(one).empty()) << "it is taken for what it is";
    return read_file(path);
  };
  std::set<std::string> bytes;
  for (const bool own_thread : {false, true}) {
    IndexFromRows plain(path, own_thread);
    bytes.insert(sealed(plain, own_thread ? 2 : 1));
    ExpectsMany many(path, own_thread);
    bytes.insert(sealed(many, own_thread ? 2 : 1));
  }
  std::filesystem::remove(path);
  EXPECT_EQ(make(sources_of({scratch_ / "packs/every"})).size(), 1u);
  bytes.insert(read_file(path));
  EXPECT_EQ(bytes.size(), 1u);
  EXPECT_GT(Index(path).messages().size(), 0u);
  EXPECT_TRUE(Index(path).holds_kind(size_t(find_kind("card") - kinds().data())));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch_ / "indexes"), {}), 1);
}

// A pack is sealed whatever becomes of its index.
TEST_F(Indexes, OfRowsWhereItCannotBeWritten) {
  for (const bool own_thread : {false, true}) {
    std::filesystem::remove_all(scratch_ / "packs");
    IndexFromRows index(scratch_ / "nowhere/a.index", own_thread);
    const std::vector<Source> one = sources_of({seal_small_pack(scratch_, of_every_sort(), &index, 2)});
    EXPECT_THROW(index.finish(one[0]), Error);
    EXPECT_EQ(make(one).size(), own_thread ? 0u : 1u);
  }
  IndexFromRows never_used(scratch_ / "indexes/a.index", true);
}

TEST_F(Indexes, ADamagedOneIsMadeAgain) {
  const std::vector<Source> one = sources_of({seal("a", 20)});
  make(one);
  const std::string whole = read_file(one[0].index);
  auto is_mended = [&](const std::string& bytes) {
    write_file(one[0].index, bytes);
    return make(one).size() == 1 && read_file(one[0].index) == whole;
  };
  for (size_t at = 0; at < whole.size(); at += 97) {
    std::string bytes = whole;
    bytes[at] = char(bytes[at] ^ 0x80);
    EXPECT_TRUE(is_mended(bytes)) << "a bit at " << at;
  }
  std::string hole = whole;  // as a power cut leaves it
  std::fill(hole.begin() + 512, hole.begin() + 1024, '\0');
  EXPECT_TRUE(is_mended(hole));
  std::string swapped = whole;
  std::swap_ranges(swapped.begin() + 512, swapped.begin() + 520, swapped.begin() + 520 + 24);
  EXPECT_TRUE(is_mended(swapped));
  for (size_t size : {size_t(0), size_t(7), size_t(100), whole.size() / 2, whole.size() - 8, whole.size() - 1})
    EXPECT_TRUE(is_mended(whole.substr(0, size))) << size;
  EXPECT_TRUE(is_mended(whole + std::string(8, '\0')));
  std::string older = whole;
  older[7] = 'D';
  EXPECT_TRUE(is_mended(older)) << "of another version";
  EXPECT_FALSE(is_mended(whole)) << "nothing to mend";
}

TEST_F(Indexes, OnlyWholeOnesAreTaken) {
  std::vector<Source> one = sources_of({seal("a", 20)});
  write_file(one[0].index + ".new", "half of an index, left by a run that was killed");
  EXPECT_EQ(make(one).size(), 1u);
  EXPECT_FALSE(exists(one[0].index + ".new"));
  const std::string of_a = read_file(one[0].index);
  // The same name for another content: the digest of what it was made from tells.
  std::vector<Source> other = sources_of({seal("b", 20)});
  write_file(other[0].index, of_a);
  EXPECT_EQ(make(other).size(), 1u);
  EXPECT_NE(read_file(other[0].index), of_a);
  sync_indexes({one[0].index, other[0].index});
  EXPECT_THROW(sync_indexes({one[0].index + ".gone"}), Error);
}

// More rows than one segment takes: each segment in order, nothing lost between them, and the same as in one.
TEST_F(Indexes, ManyRowsAreSeveralSegments) {
  const std::string pack = seal("large", 3);
  pack::Database database(scratch_ / "tmp", GiB, 2);
  constexpr uint64_t rows = 2'100'000;
  pack::write_parquet_query(database,
                            fmt::format(R"(
      SELECT 'large' AS exhibit, 'email' AS kind, 'p' || (i // 2) || '@x.net' AS value, CAST(i * 9000 AS UBIGINT) AS "offset",
             CAST(i * 9000 AS VARCHAR) AS path, '' AS file, CAST(NULL AS UBIGINT) AS file_id, CAST(NULL AS UBIGINT) AS file_offset,
             'utf-8' AS encoding, 'email' AS scanner, '' AS context, '' AS role, false AS stopped FROM range({}) AS t(i))",
                                        rows),
                            pack + "/feature.parquet");
  const std::vector<Source> one = sources_of({pack});
  make(one);
  Index index(one[0].index);
  ASSERT_EQ(index.segments().size(), 2u);
  EXPECT_GE(index.size(), rows / 2);
  uint64_t last = 0;
  for (const Index::Segment& segment : index.segments())
    for (const IndexEntry& entry : segment.entries) {
      EXPECT_LT(last, entry.hash);
      last = entry.hash;
    }
  for (uint64_t i = 0; i < rows / 2; i += 1009) {
    const Index::Segment* segment = nullptr;
    const std::string value = fmt::format("p{}@x.net", i);
    const IndexEntry* entry = index.find(index_hash("email", value), &segment);
    ASSERT_NE(entry, nullptr) << value;
    EXPECT_EQ(Index::value(*segment, *entry), value);
    EXPECT_EQ(entry->occurrences, 2u);
    EXPECT_EQ(index.find(index_hash("email", value + "x"), &segment), nullptr);
  }
  // Copies of any stretch hold what the mapped entries say.
  for (auto [low, high] : {std::pair<uint64_t, uint64_t>{0, UINT64_MAX},
                           {0, 0},
                           {uint64_t(3) << 60, (uint64_t(1) << 63) + 12345},
                           {index.segments()[1].entries[77].hash, index.segments()[1].entries[5000].hash},
                           {index.segments()[0].entries.back().hash + 1, UINT64_MAX >> 1}}) {
    size_t expected = 0, found = 0;
    for (const Index::Segment& segment : index.segments())
      for (const IndexEntry& entry : segment.entries) expected += low <= entry.hash && entry.hash <= high;
    for (const Index::Portion& portion : index.read(low, high)) {
      const Index::Segment copied = portion.segment();
      found += portion.entries.size();
      for (size_t i = 0; i < portion.entries.size(); i += 501) {
        const IndexEntry& entry = portion.entries[i];
        const Index::Segment* mapped = nullptr;
        const IndexEntry* original = index.find(entry.hash, &mapped);
        ASSERT_NE(original, nullptr);
        EXPECT_EQ(Index::value(copied, entry), Index::value(*mapped, *original));
        EXPECT_EQ(copied.places[entry.first_place].offset, mapped->places[original->first_place].offset);
        EXPECT_EQ(Index::path(copied, copied.places[entry.first_place]),
                  Index::path(*mapped, mapped->places[original->first_place]));
      }
    }
    EXPECT_EQ(found, expected);
  }
  EXPECT_TRUE(index.holds_kind(size_t(find_kind("email") - kinds().data())));
  EXPECT_FALSE(index.holds_kind(size_t(find_kind("iban") - kinds().data())));
}

// Two short letters are two occasions, however near each other they lie, and a long one that names somebody at its
// beginning and end is one.
TEST_F(Indexes, AMessageIsOneOccasion) {
  const std::string pack = seal("mailbox", 1);
  pack::Database database(scratch_ / "tmp", GiB, 1);
  std::string rows;
  const auto row = [&](std::string_view kind, std::string_view value, uint64_t offset) {
    rows += fmt::format("{}('{}', '{}', {})", rows.empty() ? "" : ", ", kind, value, offset);
  };
  for (const uint64_t letter : {10'000, 10'300, 20'000}) row("mail_header", "From: Ann <ann@a.net>", letter);
  for (const uint64_t place : {10'010, 10'310, 15'000, 17'000}) row("email", "bob@b.net", place);  // of two letters
  for (const uint64_t place : {500'000, 500'100, 501'000}) row("email", "bob@b.net", place);  // of none: two places
  pack::write_parquet_query(database,
                            fmt::format(R"(
      SELECT 'mailbox' AS exhibit, kind, value, CAST(place AS UBIGINT) AS "offset", CAST(place AS VARCHAR) AS path, '' AS file,
             CAST(NULL AS UBIGINT) AS file_id, CAST(NULL AS UBIGINT) AS file_offset, 'utf-8' AS encoding,
             kind AS scanner, '' AS context, '' AS role, false AS stopped FROM (VALUES {}) AS t(kind, value, place))",
                                        rows),
                            pack + "/feature.parquet");
  const std::vector<Source> one = sources_of({pack});
  make(one);
  const Index index(one[0].index);
  const Index::Segment* segment = nullptr;
  const IndexEntry* bob = index.find(index_hash("email", "bob@b.net"), &segment);
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(bob->occurrences, 7u);
  EXPECT_EQ(bob->times, 4u);
}

// What is on a stop list counts for no link, and occurs all the same; what lies in no file is counted apart; and the
// record that says most gives the role, wherever it stands.
TEST_F(Indexes, OccasionsRemnantsAndTheStrongestRole) {
  SmallPack small{"stopped", "image", {}};
  for (size_t i = 0; i < 10; ++i) small.values.push_back({"email", "other@a.net", fmt::format("home/{}", i), ""});
  const std::string pack = seal_small_pack(scratch_, small);
  pack::Database database(scratch_ / "tmp", GiB, 1);
  std::string rows;
  const auto row = [&](uint64_t file, std::string_view role, bool stopped) {
    const uint64_t place = file ? file * MiB : (500 + rows.size()) * MiB;
    rows += fmt::format("{}({}, {}, '{}', {})", rows.empty() ? "" : ", ", place, file ? std::to_string(file) : "NULL",
                        role, stopped);
  };
  for (uint64_t file = 1; file <= 9; ++file) row(file, "from", true);
  row(10, "owner", true);
  for (int i = 0; i < 3; ++i) row(0, "", true);
  pack::write_parquet_query(database,
                            fmt::format(R"(
      SELECT 'stopped' AS exhibit, 'email' AS kind, 'ann@a.net' AS value, CAST(place AS UBIGINT) AS "offset", CAST(place AS VARCHAR) AS path,
             '' AS file, CAST(file AS UBIGINT) AS file_id, CAST(CASE WHEN file IS NOT NULL THEN 0 END AS UBIGINT) AS file_offset,
             'utf-8' AS encoding, 'email' AS scanner, '' AS context, role, stopped FROM (VALUES {}) AS t(place, file, role, stopped))",
                                        rows),
                            pack + "/feature.parquet");
  const std::vector<Source> one = sources_of({pack});
  make(one);
  const Index index(one[0].index);
  const uint64_t hash = index_hash("email", "ann@a.net");
  const Index::Segment* segment = nullptr;
  const IndexEntry* ann = index.find(hash, &segment);
  ASSERT_NE(ann, nullptr);
  EXPECT_EQ(ann->times, 13u);
  EXPECT_EQ(ann->remnants, 3u);
  EXPECT_EQ(roles()[ann->role], "owner");
  EXPECT_EQ(ann->places, places_kept);
  EXPECT_EQ(address(index, hash).file, "home/0");
  EXPECT_EQ(address_of_role(index, hash).file, "home/9") << "kept, though more than are kept come before it";
  const auto email = size_t(find_kind("email") - kinds().data());
  EXPECT_EQ(index.own_amounts()[email], 1u) << "as if there were no list";
}

}  // namespace
}  // namespace weft::link
