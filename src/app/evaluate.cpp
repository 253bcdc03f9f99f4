// weft evaluate: how good the links of a case are, against a truth file as tools/scenario writes it
#include "evaluate/evaluate.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "app/access.h"
#include "app/command.h"
#include "artefacts/parser.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "extract/address.h"
#include "model/text_signature.h"
#include "pack/pack.h"
#include "scan/engine.h"

namespace weft::app {
namespace {

using evaluate::Held;

// Reads evidence again: does the value stand at this address? As it is written, in UTF-8 or UTF-16LE; or as a scanner
// finds it there (numbers written with spaces, fingerprints of keys); or as the hash of the file that begins there. Or
// does the record that begins there hold it, or the part of it that names the thing (a camera's serial without its
// maker)?
class Evidence {
 public:
  explicit Evidence(const extract::Case& in) : in_(in) {}

  Held look(const std::string& exhibit, const std::string& path, const std::string& kind, const std::string& value) {
    try {
      extract::Addresses& addresses = open(exhibit);
      if (kind == "file_sha256") return hash_of_file(addresses, path) == value ? Held::there : Held::no;
      if (kind == document_text) return text_of_file(addresses, path, value);
      extract::Place place = addresses.read(path, 0, evaluate::record);
      std::string text(place.bytes.begin() + ptrdiff_t(std::min(place.at, place.bytes.size())), place.bytes.end()),
          wide;
      for (size_t i = 0; i < text.size(); i += 2) wide += i + 1 < text.size() && text[i + 1] == '\0' ? text[i] : '\n';
      text = lower_ascii(text), wide = lower_ascii(wide);
      std::string wanted = lower_ascii(value), last = wanted.substr(wanted.find_last_of(" :") + 1);
      if (text.rfind(wanted, 0) == 0 || wide.rfind(wanted, 0) == 0) return Held::there;
      if (kind == "phone" && number_at(text).starts_with(value)) return Held::there;
      Held scanned = scan(addresses, path, kind, wanted);
      if (scanned == Held::there) return scanned;
      bool named = last.size() >= 4 && (text.find(last) != text.npos || wide.find(last) != wide.npos);
      return named ? Held::in_record : scanned;
    } catch (const Error&) {
      return Held::no;  // the address leads nowhere
    }
  }

 private:
  extract::Addresses& open(const std::string& exhibit) {
    auto it = open_.find(exhibit);
    if (it == open_.end()) {
      std::optional<extract::Exhibit> found = in_.exhibit(exhibit);
      if (!found) throw Error("the case has no exhibit with this label", exhibit);
      it = open_.try_emplace(exhibit, std::make_unique<extract::Addresses>(in_, *found)).first;
    }
    return *it->second;
  }

  // A number that a record holds may be written as no scanner takes it from a text ("+44 131 496 0 199").
  static std::string number_at(std::string_view text) {
    std::string out;
    for (char c : text.substr(0, 40)) {
      if (is_digit(c) || (c == '+' && out.empty()))
        out += c;
      else if (out.empty() || std::string_view(" -./()").find(c) == std::string_view::npos)
        break;
    }
    return out;
  }

  // As `weft verify` does it: scanning what lies there gives the feature back. A little behind, it is in the record.
  Held scan(extract::Addresses& addresses, const std::string& path, const std::string& kind,
            const std::string& wanted) {
    Limits limits;
    size_t dash = path.find('-');
    std::string root = path.substr(0, dash), layers = dash == std::string::npos ? "" : path.substr(dash);
    extract::Place place =
        addresses.read(root, limits.margin_before,
                       layers.empty() ? 256 * KiB : std::max(limits.page, limits.document) + limits.margin_after);
    if (!rules_) rules_.emplace();
    scan::Scan scan(*rules_, limits);
    NoWatch watch;
    auto found = [&](size_t bytes, auto&& same) {
      scan::Results results;
      size_t end = std::min(place.at + bytes, place.bytes.size());
      scan.page({place.bytes, place.at, end, place.first}, "", watch, results);
      return std::any_of(results.features.begin(), results.features.end(), [&](const scan::Found& f) {
        return f.kind == kind && lower_ascii(f.value) == wanted && same(f);
      });
    };
    if (found(1, [&](const scan::Found& f) { return f.layers == layers; })) return Held::there;
    bool near = layers.empty() && found(evaluate::record, [](const scan::Found& f) { return f.layers.empty(); });
    return near ? Held::in_record : Held::no;
  }

  static std::string hash_of_file(extract::Addresses& addresses, const std::string& path) {
    extract::Place place = addresses.read(path, 0, 256 * MiB);
    return sha256_hex(Bytes(place.bytes).subspan(place.at));
  }

  // What a text is like is told by the parsers, from the whole file.
  static Held text_of_file(extract::Addresses& addresses, const std::string& path, const std::string& value) {
    const size_t plus = path.find('+');
    if (plus == std::string::npos) return Held::no;
    const extract::Place place = addresses.read(path.substr(0, plus) + "+0", 0, 256 * MiB);
    const artefacts::File file{place.file.value_or(""), "", place.bytes, place.bytes.size(), {}};
    for (const artefacts::Parser* parser : artefacts::parsers()) {
      if (std::find(parser->kinds.begin(), parser->kinds.end(), document_text) == parser->kinds.end()) continue;
      artefacts::Rows rows(place.bytes.size());
      parser->parse(file, rows);
      for (const FeatureRow& row : rows.selectors())
        if (row.value == value && std::to_string(row.offset) + row.path == path.substr(plus + 1)) return Held::there;
    }
    return Held::no;
  }

  const extract::Case& in_;
  std::map<std::string, std::unique_ptr<extract::Addresses>> open_;
  std::optional<scan::Rules> rules_;
};

struct Options {
  std::string folder, truth, links, format = "text";
  std::vector<std::string> ablations;
  uint64_t samples = 500;
  bool no_baselines = false;
  CommonOptions common;
};

void measure(const Options& options) {
  extract::Case in = extract::Case::open(options.folder, true);
  evaluate::Options how;
  how.truth = options.truth;
  how.links = options.links.empty() ? in.links() : options.links;
  for (const std::string& one : options.ablations) {
    size_t equals = one.find('=');
    if (equals == std::string::npos) throw Error("write it as NAME=FOLDER", one);
    how.ablations.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  how.packs = in.sealed_packs();
  for (const std::string& folder : how.packs) how.labels.push_back(pack::info(folder).exhibit);
  how.temporary = in.temporary();
  how.memory = options.common.limits().memory;
  how.samples = options.samples;
  how.with_baselines = !options.no_baselines;
  Evidence evidence(in);
  if (options.samples > 0)
    how.holds = [&](const std::string& exhibit, const std::string& path, const std::string& kind,
                    const std::string& value) { return evidence.look(exhibit, path, kind, value); };
  evaluate::Evaluation found = evaluate::evaluate(how);
  std::fputs((options.format == "json" ? evaluate::as_json(found) : evaluate::as_text(found)).c_str(), stdout);
}

}  // namespace

void add_evaluate(App app) {
  CLI::App* command = app.cli.add_subcommand(
      "evaluate",
      "Measure the links of a case whose truth is known (tools/scenario), beside what other methods make of it");
  auto options = std::make_shared<Options>();
  command->add_option("CASE", options->folder, "Folder of the case")->required();
  command->add_option("TRUTH", options->truth, "Truth file")->required();
  command->add_option("--links", options->links, "Folder of link tables to measure (default: the case's own)");
  command
      ->add_option("--ablation", options->ablations,
                   "NAME=FOLDER: further link tables to rank beside; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "text or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  command->add_option("--samples", options->samples, "Evidence rows read again from the evidence; 0 for none")
      ->capture_default_str();
  command->add_flag("--no-baselines", options->no_baselines, "Leave the other methods out");
  add_common(*command, options->common);
  add_question(app, *command, options->folder, [options](Answer&) {
    measure(*options);
    return exit_ok;
  });
}

}  // namespace weft::app
