// weft show, weft export: looking without changing
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <unistd.h>

#include "app/access.h"
#include "app/command.h"
#include "app/find_again.h"
#include "app/output.h"
#include "base/error.h"
#include "base/text.h"
#include "extract/address.h"
#include "link/link.h"
#include "pack/database.h"
#include "pack/schema.h"
#include "pack/scope_tables.h"

namespace weft::app {
namespace {

void hex_dump(const extract::Place& place, size_t marked, bool colour) {
  size_t start = size_t(place.first % 16);
  for (size_t line = 0; line < place.bytes.size() + start; line += 16) {
    std::printf("%12lu  ", (unsigned long)(place.first - start + line));
    std::string text;
    bool lit = false;
    for (size_t i = line; i < line + 16; ++i) {
      bool inside = i >= start && i - start < place.bytes.size();
      bool mark = inside && i - start >= place.at && i - start < place.at + marked;
      if (colour && mark != lit) std::fputs((lit = mark) ? "\x1b[1;7m" : "\x1b[0m", stdout);
      if (inside)
        std::printf("%02x", place.bytes[i - start]);
      else
        std::fputs("  ", stdout);
      if (colour && lit) std::fputs("\x1b[0m", stdout), lit = false;
      std::fputs(i % 8 == 7 ? "  " : " ", stdout);
      uint8_t c = inside ? place.bytes[i - start] : ' ';
      text += c >= 0x20 && c < 0x7f ? char(c) : '.';
    }
    std::printf("%s\n", text.c_str());
  }
}

// What of the file the answer would show: of a decoded layer, where it comes from.
pack::ScopeStretch shown_stretch(const std::string& label, const std::string& path, const extract::Place& place) {
  bool layered = path.find('-') != std::string::npos;
  uint64_t before = layered ? 0 : std::min<uint64_t>(place.at, place.in_file);
  uint64_t after = layered ? 1 : place.bytes.size() - place.at;
  return {label, place.file.value_or(""), place.file_id, place.in_file - before, place.in_file + after};
}

// False when the bytes do not hold what the pack says of them.
bool show(const std::string& folder, const std::string& address, uint64_t before, uint64_t after, Answer& answer) {
  extract::Case in = extract::Case::open(folder, true);
  auto [label, path] = extract::split_address(address);
  std::optional<extract::Exhibit> exhibit = in.exhibit(label);
  if (!exhibit) throw Error("the case has no exhibit with this label", label);
  extract::Addresses addresses(in, *exhibit);
  extract::Place place = addresses.read(path, before, after);

  pack::Database database(in.temporary(), 256 * MiB);
  database.attach_packs({in.pack(label)});
  if (auto why = pack::kept_out_of(database, in.scope(), shown_stretch(label, path, place))) {
    answer.withheld = *why;
    throw Error("not shown, " + *why, address);
  }
  answer.counts["bytes"] = place.bytes.size();
  std::printf("address  %s\n", address.c_str());
  std::printf("exhibit  %s (%s)\n", exhibit->path.c_str(), exhibit->format.c_str());
  std::printf("layer    %s, byte %lu\n", place.layer.c_str(), (unsigned long)(place.first + place.at));
  if (place.page) std::printf("page     %zu of the document\n", *place.page);
  std::printf("file     %s\n",
              place.file ? printable(*place.file).c_str() : "none: unallocated, or between file systems");
  size_t marked = 1;
  bool all_there = true;
  RulesOfPacks rules;
  std::optional<FindAgain> find_again;
  for (const auto& row : database.rows(fmt::format(
           "SELECT kind, value, encoding, file_id, file_offset, {} FROM feature WHERE path = {} ORDER BY ALL",
           found_by_scanners, pack::Database::quote(path)))) {
    std::printf("feature  %s %s (%s)\n", row[0]->c_str(), row[1]->c_str(), row[2]->c_str());
    marked = std::max(marked, row[1]->size() * (row[2]->rfind("utf-16", 0) == 0 ? 2 : 1));
    FeatureRow feature;
    feature.path = path, feature.kind = *row[0], feature.value = *row[1], feature.encoding = *row[2];
    if (row[3]) feature.file_id = std::stoull(*row[3]);
    if (row[4]) feature.file_offset = std::stoull(*row[4]);
    if (row[5] != "true") continue;
    if (!find_again) find_again.emplace(in, *exhibit, rules.of(in, label));
    if ((*find_again)(feature)) continue;
    all_there = false;
    std::printf(
        "WRONG    the bytes below do not say so any more: the evidence was changed, or another version made the "
        "pack\n");
  }
  for (const Fault& fault : place.faults)
    std::printf("problem  bytes at %lu could not be read: %s\n", (unsigned long)fault.offset, fault.what.c_str());
  std::printf("\n");
  hex_dump(place, marked, wants_colour(STDOUT_FILENO));
  return all_there;
}

}  // namespace

void add_show(App app) {
  CLI::App* command =
      app.cli.add_subcommand("show", "Show the bytes at an address, as hex and text, with the path to it");
  struct Options {
    std::string folder, address;
    uint64_t before = 64, after = 256;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("ADDRESS", options->address, "EXHIBIT:PATH, e.g. laptop:73400320-GZIP-512")->required();
  command->add_option("--before", options->before, "Bytes shown in front of it")
      ->capture_default_str()
      ->check(CLI::Range(0, 1 << 20));
  command->add_option("--after", options->after, "Bytes shown from it on")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 24));
  add_question(app, *command, options->folder, [options](Answer& answer) {
    const bool all_there = show(options->folder, options->address, options->before, options->after, answer);
    return all_there ? exit_ok : exit_attention;
  });
}

void add_export(App app) {
  CLI::App* command =
      app.cli.add_subcommand("export", "Write a table of the packs or of the links: csv, jsonl or parquet");
  struct Options {
    std::string folder, table, format = "csv", out = "-";
    CommonOptions common;
  };
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command
      ->add_option(
          "TABLE", options->table,
          "of a pack: exhibit, volume, file, extent, feature, problem and the records' (docs/pack-format.md); of the "
          "links: link, evidence, set_aside, owner, cluster, direction, dated")
      ->required();
  command->add_option("--format", options->format, "csv, jsonl or parquet")
      ->capture_default_str()
      ->check(CLI::IsMember({"csv", "jsonl", "parquet"}));
  command->add_option("-o,--output", options->out, "File to write (default: standard output)");
  add_common(*command, options->common);
  add_question(app, *command, options->folder, [options](Answer& answer) {
    extract::Case in = extract::Case::open(options->folder, true);
    Output out(options->out, {in.folder()});
    note_not_extracted(in, answer);
    pack::Database database(in.temporary(), options->common.limits().memory / 2);
    database.attach_packs(in.sealed_packs(), in.scope());
    if (link::scope_of_links(in.links()) == in.scope().sha256())
      database.attach_links(in.links());
    else
      std::fprintf(stderr, "weft: the links were made under other scope rules and are left out; link again\n");
    const std::vector<pack::TableInfo> of_packs = pack::pack_tables();
    if (std::none_of(of_packs.begin(), of_packs.end(), [&](const auto& one) { return one.name == options->table; }))
      note_behind(link::behind(in.links(), in.sealed_packs()), answer);
    answer.counts["rows"] = pack::export_table(database, options->table, options->format, out.path());
    out.publish();
    return exit_ok;
  });
}

}  // namespace weft::app
