// Each exhibit: what was taken in, what was found on it, and what could not be read.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "report/sections.h"
#include "report/words.h"

namespace weft::report {
namespace {

std::string fact(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
}
std::string plain(const std::string& value) {
  return value.empty() ? value : evidence_text(value);
}

// One item a line.
std::string lines(const std::string& text, uint64_t limit) {
  std::string out;
  uint64_t count = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    if (end > at && ++count <= limit) out += "<li>" + evidence_text(text.substr(at, end - at)) + "</li>";
    at = end + 1;
  }
  if (count > limit) out += fmt::format("<li class=\"note\">{} more</li>", number(count - limit));
  return out.empty() ? out : "<ul class=\"plain\">" + out + "</ul>";
}

std::string evidence_files(const TakenIn& it, uint64_t limit) {
  std::string out;
  for (size_t i = 0; i < it.evidence.size() && i < limit; ++i) {
    const auto& file = it.evidence[i];
    out += "<li>" + evidence_text(file.path) +
           (file.size ? " <span class=\"faint\">" + size_text(*file.size) + "</span>" : std::string()) + "</li>";
  }
  if (it.evidence.size() > limit)
    out += fmt::format("<li class=\"note\">{} more</li>", number(it.evidence.size() - limit));
  return out.empty() ? out : "<ul class=\"plain\">" + out + "</ul>";
}

std::string taken_in(const ExhibitFacts& it, const Bounds& bounds) {
  std::string out = "<dl class=\"facts\">\n";
  const TakenIn& in = it.taken_in;
  out += fact("Custodian", plain(in.custodian));
  out += fact("Received", plain(in.received_at));
  out += fact("Received from", plain(in.received_from));
  out += fact("Received by", plain(in.received_by));
  out += fact("Place", plain(in.place));
  out += fact("Note", plain(in.note));
  out += fact("Taken in", in.added_at.empty() ? ""
                                              : evidence_text(in.added_at) +
                                                    (in.added_by.empty() ? "" : " by " + evidence_text(in.added_by)));
  out += fact("Container", plain(it.row.format));
  out += fact("Size", it.extracted ? size_text(it.row.size) : "");
  out += fact("Evidence files", in.evidence.empty() ? lines(it.row.parts, bounds.evidence_files)
                                                    : evidence_files(in, bounds.evidence_files));
  out += fact("The container says", lines(it.row.metadata, 40));
  return out + "</dl>\n";
}

std::string hashes(const ExhibitRow& it) {
  std::string out = table_head("hashes", {"Digest", "Of the bytes read", "As the container states it"}) + "<tbody>\n";
  auto row = [&](const char* name, const std::optional<std::string>& ours, const std::optional<std::string>& stored) {
    if (!ours && !stored) return;
    bool differ = ours && stored && lower_ascii(*ours) != lower_ascii(*stored);
    out += fmt::format("<tr{}><td>{}</td><td class=\"hash\">{}</td><td class=\"hash\">{}</td></tr>\n",
                       differ ? " class=\"bad\"" : "", name, ours ? evidence_text(*ours) : "–",
                       stored ? evidence_text(*stored) : "–");
  };
  row("SHA-256", it.sha256, std::nullopt);
  row("SHA-1", it.sha1, it.stored_sha1);
  row("MD5", it.md5, it.stored_md5);
  out += "</tbody></table></div>\n";
  if (it.hash_check == "MISMATCH")
    return "<p class=\"alarm\"><strong>Hash MISMATCH.</strong> The bytes read do not have the hash the container "
           "states.</p>\n" +
           out;
  return out + fmt::format("<p class=\"note\">Check against the stored hash: {}.</p>\n", evidence_text(it.hash_check));
}

std::string volumes(const ExhibitFacts& it) {
  if (it.volumes.empty()) return "<p>No volume was recognised.</p>\n";
  std::string out = table_head("volumes", {">Volume", ">Offset", ">Size", "Scheme", "Partition table says",
                                           "File system", "Label", "Serial"}) +
                    "<tbody>\n";
  for (const VolumeRow& one : it.volumes)
    out += fmt::format(
        "<tr{}><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td class=\"hash\">{}</td></tr>\n",
        one.allocated ? "" : " class=\"faint\"", one.volume, number(one.offset), human_size(one.size),
        evidence_text(one.scheme), evidence_text(one.description), evidence_text(one.file_system),
        evidence_text(one.label), evidence_text(one.serial));
  return out + "</tbody></table></div>\n" + more(it.volumes_in_all - it.volumes.size(), "volumes", "volume");
}

std::string counts(const std::vector<Counted>& list, std::string_view none) {
  if (list.empty()) return fmt::format("<p>{}</p>\n", none);
  std::string out = "<ul class=\"tally\">";
  for (const Counted& it : list) out += fmt::format("<li>{} <b>{}</b></li>", evidence_text(it.name), number(it.count));
  return out + "</ul>\n";
}

std::string features(const ExhibitFacts& it) {
  if (it.features.empty()) return "<p>No feature was found.</p>\n";
  std::string out = table_head("features", {"Kind", ">Found", ">Different", "Most frequent"}) + "<tbody>\n";
  for (const KindFacts& kind : it.features) {
    std::string top;
    for (const Counted& one : kind.top)
      top +=
          fmt::format("<li>{} <span class=\"faint\">{}</span></li>", evidence_text(one.name, 120), number(one.count));
    out += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td><ul class=\"values\">{}</ul></td></tr>\n",
        html(terminal_text(kind_name(kind.kind))), number(kind.count), number(kind.different), top);
  }
  return out + "</tbody></table></div>\n";
}

std::string exhibit(const CaseFacts& facts, const ExhibitFacts& it, const Bounds& bounds) {
  std::string id = exhibit_id(facts, it.row.exhibit);
  std::string out =
      fmt::format("<article class=\"exhibit\" id=\"{}\">\n<h3>{}</h3>\n", id, evidence_text(it.row.exhibit));
  out += taken_in(it, bounds);
  if (!it.extracted)
    return out +
           "<p class=\"alarm\">Taken in, but not extracted: nothing below or above speaks of its "
           "content.</p>\n</article>\n";
  out += "<h4>Hashes</h4>\n" + hashes(it.row);
  out += "<h4>Volumes</h4>\n" + volumes(it);
  out += "<h4>File entries</h4>\n" + counts(it.files, "No file entry was found.");
  out += "<h4>Features</h4>\n" + features(it);
  out += "<h4>Problems</h4>\n" + counts(it.problems, "None.");
  if (!it.problems.empty())
    out += fmt::format("<p class=\"note\"><a href=\"#problems-{}\">What happened, and where</a></p>\n", id);
  return out + "</article>\n";
}

}  // namespace

std::string exhibits_section(const CaseFacts& facts, const Bounds& bounds) {
  std::string out = "<section id=\"exhibits\">\n<h2>Exhibits</h2>\n";
  out += table_head("sortable filterable", {"Exhibit", "Custodian", "Container", ">Size", ">Files", ">Deleted",
                                            ">Features", ">Problems", "Hash check"}) +
         "<tbody>\n";
  for (const ExhibitFacts& it : facts.exhibits)
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\" data-v=\"{}\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td{}>{}</td></tr>\n",
        exhibit_link(facts, it.row.exhibit), evidence_text(it.taken_in.custodian, 80), evidence_text(it.row.format),
        it.row.size, human_size(it.row.size), number(it.file_count()), number(it.deleted_count()),
        number(it.feature_count()), number(it.problem_count()), it.mismatch() ? " class=\"bad\"" : "",
        it.extracted ? evidence_text(it.row.hash_check) : std::string("not extracted"));
  out += "</tbody></table></div>\n";
  for (const ExhibitFacts& it : facts.exhibits) out += exhibit(facts, it, bounds);
  return out + "</section>\n";
}

std::string problems_section(const CaseFacts& facts, const Bounds&) {
  std::string out = "<section id=\"problems\">\n<h2>Problems</h2>\n" + mismatch_banner(facts), rows;
  for (const ExhibitFacts& it : facts.exhibits) {
    if (it.problem_groups.empty()) continue;
    std::string id = exhibit_id(facts, it.row.exhibit);
    rows += fmt::format(
        "<tbody>\n<tr class=\"reason\" id=\"problems-{}\"><th colspan=\"4\" scope=\"rowgroup\">{} <span "
        "class=\"faint\">{}"
        "</span></th></tr>\n",
        id, exhibit_link(facts, it.row.exhibit), counted(it.problem_count(), "problem"));
    for (const ProblemGroup& one : it.problem_groups) {
      std::string where = one.path.empty() ? one.offset ? "offset " + number(*one.offset) : std::string("–")
                                           : evidence_text(one.path, 200);
      rows += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"address\">{}</td></tr>\n",
                          evidence_text(one.stage), number(one.count), evidence_text(one.example), where);
    }
    if (uint64_t left = it.problem_groups_in_all - it.problem_groups.size())
      rows += fmt::format(
          "<tr><td colspan=\"4\" class=\"note\">{} more sorts: <code>weft export CASE problem</code></td></tr>\n",
          number(left));
    rows += "</tbody>\n";
  }
  if (rows.empty()) return out + "<p>Everything could be read and parsed.</p>\n</section>\n";
  return out +
         "<p>What could not be read or parsed. Work went on around each of these places; what they hold may be missing "
         "from "
         "this report. Problems that read the same but for numbers are counted together.</p>\n" +
         table_head("problems", {"Stage", ">Times", "What happened (first instance)", "Where first"}) + rows +
         "</table></div>\n</section>\n";
}

}  // namespace weft::report
