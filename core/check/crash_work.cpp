#include "core/check/crash_work.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/check/crash_sweep.h"

namespace sunfleck {
namespace {

struct Chunk {
  CrashUnit::Kind kind;
  std::uint64_t count;  // of one unit
};
constexpr std::array chunks{
    Chunk{CrashUnit::Kind::basics, 1}, Chunk{CrashUnit::Kind::single, 500},
    Chunk{CrashUnit::Kind::nested, 2}, Chunk{CrashUnit::Kind::chains, 500},
    Chunk{CrashUnit::Kind::cycles, 20}};

std::uint64_t amount_of(CrashUnit::Kind kind, const CrashWork& work) {
  switch (kind) {
    case CrashUnit::Kind::basics:
      return 1;
    case CrashUnit::Kind::single:
      return work.single.size();
    case CrashUnit::Kind::nested:
      return work.nested.size();
    case CrashUnit::Kind::chains:
      return work.chains;
    case CrashUnit::Kind::cycles:
      return work.cycles;
  }
  return 0;
}

std::span<const std::uint64_t> part_of(
    const std::vector<std::uint64_t>& sites, const CrashUnit& unit) {
  return std::span(sites).subspan(unit.first, unit.count);
}

std::string_view name_of(CrashUnit::Kind kind) {
  constexpr std::array<std::string_view, 5> names{
      "basics", "single", "nested", "chains", "cycles"};
  return names.at(static_cast<std::size_t>(kind));
}

}  // namespace

Result<CrashWork> plan_work(
    CrashSubject& subject, const CrashAmounts& amounts, std::uint64_t seed) {
  CrashWork work{.reference = TRY(take_reference(subject))};
  Injector injector(subject, work.reference);
  work.sites = find_sites(injector);
  Random random(seed, "sites");
  work.single = draw_sites(work.sites.count, amounts.single.value_or(work.sites.count), random);
  work.nested = draw_sites(work.sites.count, amounts.nested, random);
  work.chains = amounts.chains;
  work.cycles = work.reference.cycles > 0 ? amounts.cycles : 0;
  return work;
}

std::vector<CrashUnit> units_of(const CrashWork& work) {
  std::vector<CrashUnit> units;
  for (const Chunk& chunk : chunks) {
    const std::uint64_t amount = amount_of(chunk.kind, work);
    for (std::uint64_t first = 0; first < amount; first += chunk.count)
      units.push_back(
          {.kind = chunk.kind, .first = first, .count = std::min(chunk.count, amount - first)});
  }
  return units;
}

CrashTally run_unit(
    const CrashUnit& unit, Injector& injector, const CrashWork& work, std::uint64_t seed,
    const std::stop_token& stop) {
  switch (unit.kind) {
    case CrashUnit::Kind::basics:
      return sweep_basics(injector);
    case CrashUnit::Kind::single:
      return sweep_single(injector, work.sites, part_of(work.single, unit), stop);
    case CrashUnit::Kind::nested:
      return sweep_nested(injector, work.sites, part_of(work.nested, unit), seed, stop);
    case CrashUnit::Kind::chains:
      return sweep_chains(injector, unit.first, unit.count, seed, stop);
    case CrashUnit::Kind::cycles:
      return sweep_cycles(injector, unit.first, unit.count, seed, stop);
  }
  return {};
}

std::optional<MutantCaught> try_mutant(
    CrashSubject& mutant, const CrashReference& reference, std::uint64_t seed,
    const std::stop_token& stop) {
  constexpr CrashAmounts amounts{.single = 4000, .nested = 10, .chains = 500};
  CrashWork work{.reference = reference, .chains = amounts.chains};
  Injector injector(mutant, work.reference);
  const CrashTally basics = sweep_basics(injector);
  if (!basics.findings.empty()) return MutantCaught{"basics", basics.findings.front()};

  work.sites = find_sites(injector);
  Random random(seed, "sites");
  work.single = draw_sites(work.sites.count, *amounts.single, random);
  work.nested = draw_sites(work.sites.count, amounts.nested, random);
  for (const CrashUnit& unit : units_of(work)) {
    if (stop.stop_requested() || unit.kind == CrashUnit::Kind::basics) continue;
    const CrashTally tally = run_unit(unit, injector, work, seed, stop);
    if (!tally.findings.empty())
      return MutantCaught{std::string(name_of(unit.kind)), tally.findings.front()};
  }
  if (basics.hazards.empty()) return std::nullopt;
  const Hazard& hazard = basics.hazards.front();
  return MutantCaught{
      "hazard", {.what = join(hazard.region, ": read and then written at byte ", hazard.offset)}};
}

}  // namespace sunfleck
