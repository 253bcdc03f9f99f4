#include <fmt/format.h>

#include "pack/pack.h"

namespace weft::pack {
namespace {

std::string_view parquet_words(Type type) {
  switch (type) {
    case Type::text:
      return "text (UTF-8)";
    case Type::number:
      return "unsigned 64-bit";
    case Type::flag:
      return "boolean";
    case Type::real:
      return "double";
    case Type::time:
      return "timestamp, ns, UTC";
  }
  return "";
}

std::string describe(const TableInfo& table) {
  std::string out =
      fmt::format("### {0}\n\n`{0}.parquet`: {1}.\n\n| column | type | may be empty | means |\n|---|---|---|---|\n",
                  table.name, table.what);
  for (const ColumnInfo& column : table.columns)
    out += fmt::format("| `{}` | {} | {} | {} |\n", column.name, parquet_words(column.type),
                       column.optional ? "yes" : "", column.what);
  return out + "\n";
}

constexpr std::string_view head = R"(# The pack format

<!-- Made from the row structs in the source by pack::format_document(). Do not edit: a test compares. -->

A **pack** is the sealed result of extracting one exhibit: a folder of Parquet files, one a table, and
`manifest.json`. It appears whole, by a rename, or not at all, and is never changed afterwards. Any Parquet reader can
read it.

## What holds for all tables

* Offsets and sizes are in bytes. Times are UTC; but those that FAT, exFAT and ISO 9660 keep of files are local times of a zone
  that they do not name, given as if it were UTC.
* Text is UTF-8. Bytes that are none, and NUL, are written as `\xHH`.
* An empty cell (NULL) means "not known" or "does not apply"; it is never a stand-in for 0 or "".
* Rows are in a fixed order, and the same rows give the same bytes, whatever the number of threads, processes or
  interruptions. Exact duplicates of features, records, problems and tokens are one row. Volumes are ordered by number, files by
  `file_id`, extents by file (slack last) and offset in it, features by `offset`, `path`, `kind`, `value`, `encoding`, records by `offset`
  and `path`; ties are broken by the other columns, problems are ordered by all columns.
* Compression is zstd, row groups hold 122,880 rows.

## Addresses

`offset` is where a row's bytes begin on the exhibit's image. `path` is the decoding path that leads to them:
`73400320` for plain bytes of the image; `73400320-GZIP-512` for byte 512 of what the gzip stream at 73400320 unpacks
to; `#1234+4096` for byte 4096 of the content of file 1234, where that content does not lie on the image in one piece;
and any chain of these.

## manifest.json

| key | means |
|---|---|
| `format`, `format_version` | "weft pack", 3 |
| `exhibit` | label of the exhibit |
| `weft` | version of the program that sealed it |
| `pack_sha256` | SHA-256 over the lines `TABLE SHA256` of all tables, in the order below, each ended by a newline: names the whole content in one value |
| `tables` | for each table: `file`, `rows`, `bytes`, `sha256` |
| `lists` | the examiner's lists of words, YARA rules and stop lists that were used: `kind`, `path`, `sha256`, `terms` (how many) |
| `settings`, `limits` | what the extraction was told, and the bounds it kept |
| `run` | `started`, `finished`, `engine`, `workers`, `host`: the only part that differs between two runs over the same bytes |

`weft verify` hashes every file again and names what is missing, added or different.

## Tables of a pack

)";

constexpr std::string_view beside = R"(## Beside the packs

Secret values are stored masked in a pack. So that they can still tie exhibits together, a table per exhibit holds
their keyed hashes; it depends on the case's key and therefore is no part of the pack.

)";

constexpr std::string_view links = R"(## Link tables

One set per case, made from its packs.

)";

}  // namespace

std::string format_document(const std::vector<TableInfo>& link_tables) {
  std::string out(head);
  for (const TableInfo& table : pack_tables()) out += describe(table);
  out += beside;
  out += describe(table_info<TokenRow>());
  if (!link_tables.empty()) out += links;
  for (const TableInfo& table : link_tables) out += describe(table);
  out.pop_back();
  return out;
}

}  // namespace weft::pack
