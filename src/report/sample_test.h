// A made-up case for the tests of this module: a dozen exhibits, links of several strengths, hostile names and values.
#pragma once

#include <fmt/format.h>

#include "report/facts.h"

namespace weft::report {

inline const std::string hostile_script = "<script>document.title='owned'</script>";
inline const std::string hostile_rtl = "invoice\u202Egpj.exe";

inline ExhibitFacts sample_exhibit(int i) {
  static const char* const custodians[] = {"Unit A", "Unit B", "Unit C", ""};
  ExhibitFacts it;
  it.row.exhibit = fmt::format("{}{:02}-{}", char('A' + i % 4), i, i % 3 ? "laptop" : "usb stick");
  it.row.format = i % 2 ? "ewf" : "raw";
  it.row.size = uint64_t(i + 1) * 1234567890;
  it.row.sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  if (i % 2) it.row.md5 = "d41d8cd98f00b204e9800998ecf8427e", it.row.stored_md5 = it.row.md5;
  it.row.hash_check = i % 2 ? "verified" : "none stored";
  it.row.metadata = i % 2 ? "case_number=17\nexaminer_name=<b>X</b>\nacquiry_date=2012-07-24" : "";
  it.taken_in.custodian = custodians[i % 4];
  it.taken_in.received_by = "R. Example";
  it.taken_in.received_at = "2026-11-02T09:15:00Z";
  it.taken_in.received_from = "Evidence room 3";
  it.taken_in.evidence = {{fmt::format("/evidence/{}.E01", i), 1234567}, {fmt::format("/evidence/{}.E02", i), 7654321}};
  VolumeRow volume;
  volume.volume = 1;
  volume.offset = 1048576;
  volume.size = it.row.size - 1048576;
  volume.scheme = "mbr";
  volume.description = "NTFS / exFAT (0x07)";
  volume.file_system = "ntfs";
  volume.label = "DATA";
  volume.serial = "5a1c77e0";
  it.volumes = {volume};
  it.volumes_in_all = 1;
  it.files = {{"allocated", 8123u + uint64_t(i)}, {"deleted", 311}, {"orphan", 4}};
  it.features = {
      {"email", 2048, 312, {{"alice@example.org", 811}, {"bob.the.builder@a-rather-long-domain.example.net", 40}}},
      {"url", 18211, 9120, {{"https://example.org/?q=" + std::string(300, 'x'), 90}}}};
  it.pack.pack_sha256 = it.row.sha256;
  it.pack.version = "0.1.0";
  it.pack.started = "2026-11-24T10:00:00Z";
  it.pack.finished = "2026-11-24T10:03:12Z";
  it.pack.engine = "local";
  return it;
}

inline LinkFacts sample_link(const CaseFacts& facts, uint64_t rank, size_t a, size_t b, double score) {
  LinkFacts it;
  it.row.exhibit_a = facts.exhibits[a].row.exhibit;
  it.row.exhibit_b = facts.exhibits[b].row.exhibit;
  it.row.rank = rank;
  it.row.score = score;
  it.row.bundles = 2;
  it.row.selectors = 13;
  it.row.kinds = "email,message_id,file_sha256";
  it.row.strongest = "<20120724.8812@mail.example.org>";
  it.row.innocent = "both exhibits received the same newsletter; 0 of 40 background sources hold these values";
  for (uint64_t bundle = 1; bundle <= 2; ++bundle) {
    Bundle one;
    for (int i = 0; i < 3; ++i) {
      link::EvidenceRow row;
      row.exhibit_a = it.row.exhibit_a;
      row.exhibit_b = it.row.exhibit_b;
      row.bundle = bundle;
      row.kind = i ? "email" : "message_id";
      row.value = i ? fmt::format("person{}@private.example", i) : it.row.strongest;
      row.weight = i ? 0 : score / double(bundle);
      row.exhibits = 2;
      row.offset_a = 73400320, row.offset_b = 1048576;
      row.path_a = "73400320-GZIP-512", row.path_b = "1048576";
      row.file_a = "Users/someone/AppData/Roaming/Thunderbird/Profiles/x1y2z3.default/Mail/Local Folders/Inbox";
      one.selectors.push_back(row);
    }
    one.selectors_in_all = bundle == 1 ? 10 : 3;
    it.bundles.push_back(one);
  }
  return it;
}

inline CaseFacts sample_case() {
  CaseFacts facts;
  facts.name = "Operation <Example> & Co";
  facts.version = "0.1.0";
  facts.made_at = "2026-11-24T12:00:00Z";
  for (int i = 0; i < 12; ++i) facts.exhibits.push_back(sample_exhibit(i));
  facts.exhibits[3].row.hash_check = "MISMATCH";
  facts.exhibits[3].row.stored_md5 = "ffffffffffffffffffffffffffffffff";
  facts.exhibits[5].row.exhibit = hostile_script;
  facts.exhibits[5].features[0].top.push_back({hostile_rtl, 3});
  facts.exhibits[2].problems = {{"file system", 3}, {"scan", 17}};
  facts.exhibits[2].problem_groups = {
      {"scan", "page 16777216: decoder GZIP stopped at its limit", "16777216-GZIP-0", 16777216, 17},
      {"file system", "MFT entry 1234 is damaged", "", 1048576, 3}};
  facts.exhibits[2].problem_groups_in_all = 4;
  facts.linked = true;
  facts.links_in_all = 9;
  const size_t pairs[][2] = {{0, 1}, {1, 2}, {0, 5}, {2, 3}, {3, 4}, {6, 7}, {4, 0}};
  double score = 10.4;
  for (const auto& pair : pairs) {
    facts.links.push_back(sample_link(facts, facts.links.size() + 1, pair[0], pair[1], score));
    score *= 0.72;
  }
  for (size_t i = 8; i < 12; ++i) facts.unlinked.push_back(facts.exhibits[i].row.exhibit);
  facts.set_aside = {{"hub", 812, {{"email", "info@microsoft.com", "hub", 11, 40, "A00, B01"}}},
                     {"background", 40311, {{"domain", "w3.org", "background", 12, 40, "A00, B01, C02"}}}};
  facts.log = {{"1", "2026-11-24T09:00:00Z", "examiner", "new", "{\"case\":\"x\"}", std::string(64, 'a')},
               {"2", "2026-11-24T09:10:00Z", "examiner", "add", "{\"exhibit\":\"A00\"}", std::string(64, 'b')}};
  facts.log_entries = 2;
  return facts;
}

}  // namespace weft::report
