// What holds for every parser, shown on its own samples and on the real files it names.
#include <algorithm>
#include <ctime>
#include <gtest/gtest.h>

#include "artefacts/dispatch.h"
#include "artefacts/document.h"
#include "artefacts/kinds.h"
#include "artefacts/testing.h"
#include "base/error.h"
#include "base/file.h"

namespace weft::artefacts {
namespace {

size_t count(Rows& rows) {
  size_t out = rows.selectors().size();
  std::apply([&](const auto&... lists) { ((out += lists.size()), ...); }, rows.records());
  return out;
}

// Runs the parser and holds it to what parser.h asks of every one, whatever the bytes are.
void expect_behaves(const Parser& parser, std::string_view path, std::string_view content, double most_seconds = 5) {
  std::clock_t began = std::clock();  // of the processor: other work on the machine does not count
  Rows rows = run(parser, path, content);
  double seconds = double(std::clock() - began) / CLOCKS_PER_SEC;
  EXPECT_LE(seconds, most_seconds) << parser.name << " on " << content.size() << " bytes of " << path;
  EXPECT_LE(count(rows), content.size()) << parser.name;
  for (const FeatureRow& row : rows.selectors()) {
    EXPECT_LE(row.offset, content.size()) << parser.name << " " << row.value;
    EXPECT_NE(std::find(parser.kinds.begin(), parser.kinds.end(), row.kind), parser.kinds.end())
        << parser.name << " does not list the kind " << row.kind;
  }
  const auto lie_in_the_file = [&](const auto& records) {
    for (const auto& record : records) EXPECT_LE(record.offset, content.size()) << parser.name << " " << path;
  };
  std::apply([&](const auto&... lists) { (lie_in_the_file(lists), ...); }, rows.records());
}

// Cut at many lengths, and with flipped bits in the first 4 KiB. All lengths and bytes of small files; of large ones
// so many that the whole is done in seconds.
void expect_survives(const Parser& parser, std::string_view path, const std::string& content) {
  size_t tries = std::clamp<size_t>((16 * MiB) / (content.size() + 1), 64, 1024);
  size_t step = std::max<size_t>(1, content.size() / tries);
  for (size_t length = 0; length < content.size(); length += step)
    expect_behaves(parser, path, std::string_view(content).substr(0, length));
  size_t reach = std::min<size_t>(content.size(), 4 * KiB), flip_step = std::max<size_t>(1, reach / tries);
  std::string changed = content;
  for (size_t at = 0; at < reach; at += flip_step)
    for (char with : {char(0xFF), char(0x01), char(0x20)}) {
      changed[at] = char(changed[at] ^ with);
      expect_behaves(parser, path, changed);
      changed[at] = content[at];
    }
}

TEST(parsers, have_unique_names_and_known_kinds) {
  std::vector<std::string_view> names;
  for (const Parser* parser : parsers()) {
    names.push_back(parser->name);
    EXPECT_FALSE(parser->paths.empty() && parser->types.empty() && parser->magics.empty()) << parser->name;
    EXPECT_FALSE(parser->samples.empty()) << parser->name << " has no sample";
    for (std::string_view kind : parser->kinds) EXPECT_TRUE(is_kind(kind)) << parser->name << ": " << kind;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(parsers, give_what_their_samples_say) {
  for (const Parser* parser : parsers())
    for (const Sample& sample : parser->samples) {
      Rows rows = run(*parser, sample.path, sample.content);
      if (sample.kind.empty()) {
        EXPECT_EQ(count(rows), 0u) << parser->name << ": " << sample.content;
        continue;
      }
      EXPECT_TRUE(has(rows, sample.kind, sample.value, sample.role))
          << parser->name << " gives no " << sample.role << " " << sample.kind << " " << sample.value << ":\n"
          << sample.content << "\nbut\n"
          << listing(rows);
    }
}

TEST(parsers, take_their_samples) {
  for (const Parser* parser : parsers())
    for (const Sample& sample : parser->samples) {
      if (parser->paths.empty() && parser->magics.empty()) continue;  // by type alone, which libmagic says elsewhere
      auto taken = parsers_for(sample.path, "", sample.content.size(), as_bytes(sample.content));
      EXPECT_NE(std::find(taken.begin(), taken.end(), parser), taken.end()) << parser->name << ": " << sample.path;
    }
}

TEST(parsers, survive_damage_to_their_samples) {
  for (const Parser* parser : parsers())
    for (const Sample& sample : parser->samples) expect_survives(*parser, sample.path, std::string(sample.content));
}

TEST(parsers, survive_each_others_samples) {
  for (const Parser* parser : parsers())
    for (const Parser* other : parsers())
      for (const Sample& sample : other->samples) {
        expect_behaves(*parser, sample.path, sample.content);
        if (!parser->samples.empty()) expect_behaves(*parser, parser->samples[0].path, sample.content);
      }
}

// A piece of a file over and over in its midst: what is looked for again from each of them takes the square of it.
TEST(parsers, survive_repeated_pieces_of_their_samples) {
  for (const Parser* parser : parsers())
    for (const Sample& sample : parser->samples) {
      const std::string_view content = sample.content;
      const size_t step = std::max<size_t>(1, content.size() / 8);
      for (size_t at = 0; at < content.size(); at += step)
        for (const size_t length : {7, 100}) {
          const std::string_view piece = content.substr(at, length);
          std::string many(content.substr(0, at));
          while (many.size() < 512 * KiB) many += piece;
          many += content.substr(at);
          expect_behaves(*parser, sample.path, many, 2);
        }
    }
}

// Found by reading the code: each took minutes, and the square of its size.
TEST(parsers, survive_what_was_slow) {
  const auto over_and_over = [](std::string_view piece, size_t size) {
    std::string out;
    while (out.size() < size) out += piece;
    return out;
  };
  expect_behaves(parser_named("mail"), "home/a/x.eml",
                 "From: a@b.de\nReferences: " + over_and_over("<", 256 * KiB) + "\n\ntext\n", 2);
  expect_behaves(parser_named("mail"), "home/a/x.eml",
                 "From: a@b.de\nReferences: " + over_and_over("<a", 256 * KiB) + ">\n\ntext\n", 2);
  const std::string head = "From: a@b-c.de\nSubject: x\n";
  for (const std::string_view list : {"a,", "\"a\",", "\\\",a,", "a(b),", "\"@\",a,", "=?a?q?a,"})
    for (const std::string_view front : {"", "\"", "<", "(", "a: "})
      expect_behaves(parser_named("mail"), "home/a/x.eml",
                     head + "To: " + std::string(front) + over_and_over(list, 128 * KiB) + "\n\n", 2);
  for (const std::string_view field : {"Subject: ", "To: ", "In-Reply-To: ", "Content-Type: text/plain; name="})
    expect_behaves(parser_named("mail"), "home/a/x.eml",
                   head + std::string(field) + over_and_over("=?a?q?a", 256 * KiB) + "\n\n", 2);
  for (const std::string_view piece : {"From :\n", "From :\nTo:\n", "From :\n\n"})
    expect_behaves(parser_named("mail"), "home/a/Inbox", "From x\n" + head + "\n" + over_and_over(piece, 512 * KiB), 2);
  std::string ids = "From x\n" + head;
  for (const std::string_view name : {"References: ", "In-Reply-To: "}) {
    ids += name;
    for (size_t i = 0; i < 1000; ++i) ids += fmt::format("<{}{}@b>", i, name[0]);
    ids += '\n';
  }
  ids += over_and_over("x:\n", 14'000) + "\n";
  expect_behaves(parser_named("mail"), "home/a/Inbox", over_and_over(ids, MiB), 2);
  expect_behaves(parser_named("git"), "home/a/.gitconfig",
                 "[" + over_and_over("a", 256 * KiB) + "]\n" + over_and_over("b=c\n", 256 * KiB), 2);
  expect_behaves(parser_named("text"), "home/a/x.txt",
                 "a" + over_and_over("\u0301", 256 * KiB) + over_and_over("\u0316", 256 * KiB), 2);
  expect_behaves(parser_named("ssh"), "home/a/.ssh/authorized_keys",
                 over_and_over(over_and_over("ssh-rsa ", 8 * KiB) + std::string(8 * KiB, ' ') + "\n", MiB), 2);
}

TEST(parsers, survive_repetition) {
  for (const Parser* parser : parsers())
    for (const Sample& sample : parser->samples) {
      std::string many;
      while (!sample.content.empty() && many.size() < 2 * MiB) many += sample.content;
      expect_behaves(*parser, sample.path, many);
    }
}

TEST(parsers, survive_damage_to_real_files) {
  size_t tested = 0;
  for (const Parser* parser : parsers())
    for (std::string_view name : parser->evidence) {
      auto content = evidence(name);
      if (!content) continue;
      ++tested;
      expect_survives(*parser, name, *content);
    }
  if (tested == 0) GTEST_SKIP() << "no real files: set WEFT_EVIDENCE";
}

TEST(paths, are_matched_from_their_end) {
  EXPECT_TRUE(path_matches("etc/passwd", "etc/passwd"));
  EXPECT_TRUE(path_matches("backup/ETC/Passwd", "etc/passwd"));
  EXPECT_FALSE(path_matches("passwd", "etc/passwd"));
  EXPECT_FALSE(path_matches("letc/passwd", "etc/passwd"));
  EXPECT_TRUE(path_matches("home/a/.x.eml", "*.eml"));
  EXPECT_FALSE(path_matches("home/a.eml/b", "*.eml"));
  EXPECT_TRUE(path_matches("a/Maildir/cur/17:2,S", "cur/*"));
  EXPECT_TRUE(path_matches("aXbXbc", "a*b*c"));
  EXPECT_FALSE(path_matches("aXbXbcd", "a*b*c"));
  EXPECT_TRUE(path_matches("a", "*"));
  EXPECT_FALSE(path_matches("", "*"));
}

TEST(rows, are_bounded) {
  Rows rows(2);
  for (int i = 0; i < 5; ++i) rows.selector({0}, "email", "a@b.cd", "to");
  EXPECT_LE(rows.selectors().size(), 2u);
  EXPECT_EQ(rows.problems().size(), 1u);
}

TEST(document, the_committed_one_is_what_the_parsers_say) {
  std::string path = WEFT_SOURCE_DIR "/docs/parsers.md", committed;
  if (exists(path)) committed = read_file(path);
  if (committed == parsers_document()) return;
  std::string fresh = testing::TempDir() + "parsers.md";
  write_file(fresh, parsers_document());
  FAIL() << "the parsers have changed; if that is meant: cp " << fresh << " " << path;
}

}  // namespace
}  // namespace weft::artefacts
