// How the report came about: versions, hashes, limits, what the numbers mean, what is not covered, who did what.
#include <fmt/format.h>

#include "base/text.h"
#include "report/sections.h"
#include "report/words.h"

namespace weft::report {
namespace {

constexpr std::string_view how = R"(
<p>Evidence was opened for reading only. Each image was read once, in order, and hashed on the way; every byte was shown to the
scanners where it lies, deleted and unallocated areas included, and compressed or encoded bytes were decoded and shown again.
File systems were read with The Sleuth Kit. What was found is kept in one sealed pack per exhibit: tables whose hashes the
pack's manifest states. The same evidence, version, limits and lists give the same tables, byte for byte.</p>
<h3>What the numbers mean</h3>
<dl class="care">
<dt>Score</dt><dd>Orders leads. The sum over independent reasons of how rare their most common value is, in this case and in the
background, corrected for the size of the two exhibits. It has no unit, cannot be compared between cases, and is not a
probability or a likelihood ratio.</dd>
<dt>log10 LR</dt><dd>The calibrated weight: log10 of how much likelier the shared traces are if a direct data path joins the two
exhibits than under the least favourable innocent alternative (unrelated; a common source; one a clone of the other), with a 90 %
interval for how well the frequency is known. From 2 on a link is called supported; the words are those of the ENFSI guideline. It
was calibrated on made cases whose truth is known. "Not enough background" is an answer, too: then there is no number.</dd>
<dt>Reason</dt><dd>Shared values that arrive together, in one file or message, are one reason, however many they are.</dd>
<dt>Background sources</dt><dd>How many unrelated sources of the background hold the value too. 0 means that it was not seen
there, not that it is unique.</dd>
<dt>Deleted</dt><dd>Entries whose name is unallocated, and metadata without a name. What their content areas hold
now may have been overwritten since.</dd>
</dl>
<h3>Known limits</h3>
<ul>
<li>Rarity within a small case is no evidence. Without a background that fits the matter, a shared value may be common
elsewhere.</li>
<li>Encrypted volumes are not opened. File systems that could not be read are named under Problems; their bytes were scanned all
the same, without file names.</li>
<li>Text in pictures, in encodings other than UTF-8 and UTF-16, and in formats without a decoder was not found.</li>
<li>An address, number or key that passes its checks can still be an example, a test value or chance.</li>
<li>Payment card numbers are shown masked; exhibits are compared by keyed hashes of the full number.</li>
</ul>
)";

std::string packs(const CaseFacts& facts) {
  std::string out =
      "<h3>Packs</h3>\n<p>A pack's hash is taken over the SHA-256 of each of its tables, which its manifest.json "
      "lists; <code>weft verify CASE</code> computes them again.</p>\n";
  out += table_head("packs", {"Exhibit", "SHA-256 of the pack", "Made by weft", "Started", "Finished", "Engine"}) +
         "<tbody>\n";
  for (const ExhibitFacts& it : facts.exhibits)
    if (it.extracted)
      out += fmt::format("<tr><td>{}</td><td class=\"hash\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                         exhibit_link(facts, it.row.exhibit), evidence_text(it.pack.pack_sha256),
                         evidence_text(it.pack.version), evidence_text(it.pack.started),
                         evidence_text(it.pack.finished), evidence_text(it.pack.engine));
  return out + "</tbody></table></div>\n";
}

std::string lists(const CaseFacts& facts) {
  std::string rows;
  for (const ExhibitFacts& it : facts.exhibits)
    for (const pack::UsedList& list : it.pack.lists)
      rows +=
          fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"hash\">{}</td></tr>\n",
                      exhibit_link(facts, it.row.exhibit),
                      list.kind == "words"   ? "words"
                      : list.kind == "rules" ? "YARA rules"
                                             : "stop list",
                      evidence_text(list.path), number(list.terms), evidence_text(list.sha256));
  if (rows.empty()) return {};
  return "<h3>Lists</h3>\n<p>What the examiner gave to be looked for, in UTF-8, UTF-16 and legacy code pages, or to be "
         "set "
         "aside. The case keeps a copy of each.</p>\n" +
         table_head("lists", {"Exhibit", "Kind", "File", ">Entries", "SHA-256"}) + "<tbody>\n" + rows +
         "</tbody></table></div>\n";
}

std::string scope(const CaseFacts& facts) {
  if (facts.scope.empty()) return {};
  std::string rows;
  for (const pack::ScopeRule& rule : facts.scope)
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", evidence_text(rule.exhibit),
                        evidence_text(rule.what),
                        rule.verdict == pack::ScopeRule::Verdict::in ? "covered" : evidence_text(rule.why()));
  return "<h3>Scope</h3>\n<p>Rules of what the authority covers and what is privileged; the first that fits a file "
         "decides. What they keep out was extracted, but is not in this report, and no link rests on it.</p>\n" +
         table_head("scope", {"Exhibit", "What", ""}) + "<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string limits(const Limits& it) {
  std::string out =
      "<h3>Limits</h3>\n<p>Beyond these, work stops on the item and a problem is recorded.</p>\n<dl class=\"facts\">\n";
  auto item = [&](std::string_view name, const std::string& value) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
  };
  item("Memory of a worker", human_size(it.memory));
  item("Page", human_size(it.page));
  item("Margins", human_size(it.margin_before) + " before, " + human_size(it.margin_after) + " after");
  item("Document read as a whole", human_size(it.document));
  item("Decoders in decoders", number(it.depth));
  item("Decoded per decoder call", human_size(it.decoded_branch));
  item("Decoded per page", human_size(it.decoded_page));
  item("Decoded in vain per decoder and page", human_size(it.decoded_vain));
  item("Unpacked per exhibit", human_size(it.spool));
  item("Time per item", number(it.item_seconds) + " s");
  item("Directory entries per volume", number(it.walk_entries));
  item("Directory depth", number(it.walk_depth));
  return out + "</dl>\n";
}

std::string log(const CaseFacts& facts) {
  std::string out = "<h3>Case log</h3>\n";
  if (!facts.log_remark.empty())
    out +=
        fmt::format("<p class=\"{}\">{}</p>\n", facts.log_entries ? "alarm" : "note", evidence_text(facts.log_remark));
  if (facts.log.empty()) return out;
  out += fmt::format(
      "<p>{}. Each names the hash of the one before it; <code>weft verify CASE</code> computes them again. Hash of "
      "the last entry:<br><code class=\"hash\">{}</code></p>\n",
      counted(facts.log_entries, "entry", "entries"), evidence_text(facts.log.back().hash));
  if (facts.log_entries > facts.log.size())
    out += fmt::format("<p class=\"note\">The last {} are shown.</p>\n", number(facts.log.size()));
  out += table_head("log", {">No.", "Time", "Actor", "Action", "Detail", "Hash"}) + "<tbody>\n";
  for (const LogEntry& it : facts.log)
    out += fmt::format(
        "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"hash\">{}</td></tr>\n",
        evidence_text(it.seq), evidence_text(it.time), evidence_text(it.actor), evidence_text(it.action),
        evidence_text(it.detail, 400), evidence_text(it.hash, 16));
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string methods_section(const CaseFacts& facts) {
  std::string out = "<section id=\"methods\">\n<h2>Methods and versions</h2>\n";
  out += fmt::format("<p>This report was made by weft {}.</p>\n", html(facts.version));
  out += how;
  return out + packs(facts) + lists(facts) + scope(facts) + limits(facts.limits) + log(facts) + "</section>\n";
}

}  // namespace weft::report
