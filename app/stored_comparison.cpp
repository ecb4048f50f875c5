#include "app/stored_comparison.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

namespace sunfleck::app {
namespace {

bool is_pattern(const std::string& text) { return text.find_first_of("*?[") != std::string::npos; }

// A look at the store's list of runs, which is read once and only for a pattern.
class RunList {
 public:
  explicit RunList(db::RunStore& store) : store_(store) {}

  Result<std::vector<db::RunSummary>> called(const std::string& wanted) {
    if (!is_pattern(wanted)) return std::vector{TRY(store_.find(wanted))};
    if (runs_.empty()) runs_ = TRY(store_.runs());
    std::vector<db::RunSummary> found;
    std::ranges::copy_if(runs_, std::back_inserter(found), [&](const db::RunSummary& run) {
      return ::fnmatch(wanted.c_str(), run.identity.name.c_str(), 0) == 0;
    });
    if (found.empty())
      return fail(Errc::usage, store_.name(), ": no run's name fits '", wanted, "'");
    return found;
  }

 private:
  db::RunStore& store_;
  std::vector<db::RunSummary> runs_;
};

Result<std::vector<std::vector<db::RunSummary>>> find_runs(
    db::RunStore& store, const std::vector<GroupSpec>& groups) {
  RunList list(store);
  std::vector<std::vector<db::RunSummary>> found;
  std::set<std::int64_t> seen;
  for (const GroupSpec& group : groups) {
    found.emplace_back();
    for (const std::string& wanted : group.runs)
      for (db::RunSummary& run : TRY(list.called(wanted))) {
        if (!seen.insert(run.id).second)
          return fail(
              Errc::usage, "run ", run.id, " is named twice: each run counts once, in one group");
        found.back().push_back(std::move(run));
      }
  }
  return found;
}

// What of the runs' identities differs, as a sentence; empty when all have the same.
std::string difference(
    const std::vector<std::vector<db::RunSummary>>& groups, const char* what,
    std::string db::RunIdentity::*member) {
  std::set<std::string> values;
  for (const std::vector<db::RunSummary>& runs : groups)
    for (const db::RunSummary& run : runs)
      values.insert(run.identity.*member);
  if (values.size() < 2) return {};
  return join("the runs have ", values.size(), " different ", what);
}

std::vector<std::string> notes_on(
    const std::vector<std::vector<db::RunSummary>>& runs, const Comparison& comparison) {
  std::vector<std::string> notes;
  for (const auto& [what, member] :
       {std::pair{"networks", &db::RunIdentity::network_sha256},
        {"inputs", &db::RunIdentity::inputs_sha256},
        {"profiles", &db::RunIdentity::profile_sha256},
        {"boards", &db::RunIdentity::board_name}})
    if (std::string note = difference(runs, what, member); !note.empty())
      notes.push_back(std::move(note));
  for (const GroupFacts& group : comparison.groups) {
    if (group.samples == 1)
      notes.push_back(join(
          group.name, " is one sample: its interval is the measurement's, its scatter is unknown"));
    if (group.autocorrelation.value_or(0.0) > 0.3)
      notes.push_back(join(
          "the inferences of ", group.name, " follow each other (autocorrelation ",
          fixed(*group.autocorrelation, 2),
          "): p and intervals are too sure; compare groups of repeated runs"));
  }
  for (const ComparisonRow& row : comparison.rows)
    for (std::size_t i = 0; i < row.groups.size(); ++i)
      if (!row.groups[i])
        notes.push_back(
            join(title_of(row.key), " has no counterpart in ", comparison.groups[i].name));
  return notes;
}

}  // namespace

Result<GroupSpec> group_spec(std::string_view text) {
  const std::size_t equals = text.find('=');
  GroupSpec group;
  if (equals != std::string_view::npos) group.name = std::string(text.substr(0, equals));
  if (group.name.empty())
    return fail(Errc::usage, "a group such as tile=12,13,14 was wanted, not '", text, "'");
  for (std::size_t from = equals + 1; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    group.runs.emplace_back(text.substr(from, comma - from));
    if (group.runs.back().empty())
      return fail(Errc::usage, "a run is missing in the group '", text, "'");
    from = comma + 1;
  }
  return group;
}

Result<StoredComparison> compare_stored(db::RunStore& store, const std::vector<GroupSpec>& groups) {
  StoredComparison compared;
  compared.runs = TRY(find_runs(store, groups));
  std::vector<std::vector<Attribution>> attributions;
  for (const std::vector<db::RunSummary>& runs : compared.runs) {
    attributions.emplace_back();
    for (const db::RunSummary& run : runs)
      attributions.back().push_back(TRY(store.attribution(run.id)));
  }
  std::vector<ComparedGroup> values;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const db::RunSummary& first = compared.runs[i].front();
    values.push_back({.name = groups[i].name, .runs = {}});
    if (values.back().name.empty())
      values.back().name = join("run ", first.id, " ", first.identity.name);
    for (std::size_t k = 0; k < compared.runs[i].size(); ++k) {
      const db::RunSummary& run = compared.runs[i][k];
      ComparedRun value{
          .inferences = run.inferences, .attribution = &attributions[i][k], .operators = {}};
      for (const db::StoredLayer& layer : TRY(store.layers(run.id)))
        value.operators.emplace_back(name_of(layer.counts.op));
      values.back().runs.push_back(std::move(value));
    }
  }
  compared.comparison = TRY(compare(values));
  compared.notes = notes_on(compared.runs, compared.comparison);
  return compared;
}

}  // namespace sunfleck::app
