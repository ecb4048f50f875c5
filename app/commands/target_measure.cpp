#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/target_options.h"
#include "app/load_network.h"
#include "app/measure_target.h"
#include "app/one_layer_network.h"
#include "app/table.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct Options {
  TargetOptions target;
  LoadOptions load;
  OneLayer layer;
  bool has_kernel = false;
  bool layers = false;
  std::uint32_t nv_read = 0, nv_write = 0;  // bytes
  bool commit = false;
  std::uint32_t sleep_ticks = 0;
  std::uint32_t repeat = 0;  // 0: as often as it takes
};

// What is measured, and what it is called.
struct Subject {
  std::string name;
  fw_measure what{};
  std::uint64_t macs = 0;  // of one; 0: it has none
};

struct Line {
  Subject subject;
  TargetMeasurement measured;
};

// "16x16x8": as many numbers as there are places, all 1 or more.
bool read_numbers(std::string_view text, std::span<std::uint32_t* const> places) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i != 0 && (at == end || *at++ != 'x')) return false;
    const auto read = std::from_chars(at, end, *places[i]);
    if (read.ec != std::errc() || *places[i] == 0) return false;
    at = read.ptr;
  }
  return at == end;
}

void add_numbers(
    CLI::App* command, const std::string& flag, const std::string& help, const char* form,
    std::vector<std::uint32_t*> places) {
  command
      ->add_option_function<std::string>(
          flag,
          [flag, form, places](const std::string& text) {
            if (!read_numbers(text, places))
              throw CLI::ValidationError(
                  flag, std::string("wanted numbers such as ") + form + ", not '" + text + "'");
          },
          help)
      ->type_name(form);
}

Subject kernel_subject(
    std::string name, std::uint16_t layer, fw_source source, std::uint64_t macs) {
  return {
      .name = std::move(name),
      .what =
          {.what = FW_MEASURE_KERNEL,
           .source = static_cast<std::uint8_t>(source),
           .layer = layer,
           .tile = FW_MEASURE_WHOLE_LAYER,
           .count = 1},
      .macs = macs};
}

// The layers of a network; those without work are left out.
std::vector<Subject> layer_subjects(const CompiledNetwork& network, fw_source source) {
  std::vector<Subject> subjects;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerCounts& layer = network.layers[i];
    if (layer.op == Operator::reshape) continue;
    subjects.push_back(kernel_subject(
        join(i, " ", sunfleck::name_of(layer.op)), static_cast<std::uint16_t>(i), source,
        layer.macs));
  }
  return subjects;
}

Result<std::vector<Subject>> made_layer(const Options& options, TargetSession& session) {
  CompileOptions compiling;
  compiling.working_bytes = session.client.identity().working_bytes;
  const Network network = TRY(one_layer_network(options.layer, options.target.settings.seed));
  const CompiledNetwork compiled = TRY(compile(network, compiling));
  TRY(session.client.stop());
  TRY(session.client.load(FW_OBJECT_NETWORK, compiled.image));
  const LayerCounts& layer = compiled.layers.front();
  return std::vector<Subject>{
      kernel_subject(sunfleck::name_of(layer.op), 0, FW_SOURCE_LOADED, layer.macs)};
}

Result<std::vector<Subject>> network_layers(
    const Options& options, TargetSession& session, Console& console) {
  TRY(load_target(options.load, session, console));
  const CompiledNetwork network = TRY(load_network(options.load.network, {}, {})).compiled;
  return layer_subjects(
      network, options.load.network.empty() ? FW_SOURCE_BUILT_IN : FW_SOURCE_LOADED);
}

// What the options ask for.
Result<std::vector<Subject>> subjects_of(
    const Options& options, TargetSession& session, Console& console) {
  const auto access = [](const char* name, fw_measurable what, std::uint32_t count) {
    return Subject{.name = name, .what = {.what = static_cast<std::uint8_t>(what), .count = count}};
  };
  std::vector<Subject> subjects;
  const auto append = [&subjects](std::vector<Subject> more) {
    subjects.insert(subjects.end(), more.begin(), more.end());
  };
  if (options.has_kernel) append(TRY(made_layer(options, session)));
  if (options.layers) append(TRY(network_layers(options, session, console)));
  if (options.nv_read > 0)
    append({access("non-volatile read", FW_MEASURE_NV_READ, options.nv_read)});
  if (options.nv_write > 0)
    append({access("non-volatile write", FW_MEASURE_NV_WRITE, options.nv_write)});
  if (options.commit) append({{.name = "commit", .what = {.what = FW_MEASURE_COMMIT, .count = 1}}});
  if (options.sleep_ticks > 0) append({access("sleep", FW_MEASURE_SLEEP, options.sleep_ticks)});
  if (subjects.empty())
    return fail(
        Errc::usage,
        "measure: say what: --kernel, --layers, --nv-read, --nv-write, --commit or --sleep");
  return subjects;
}

json line_json(const Line& line) {
  json object{{"what", line.subject.name},           {"count", line.measured.count},
              {"ticks", line.measured.ticks},        {"seconds", line.measured.time.si},
              {"macs", line.subject.macs},           {"energy_joules", nullptr},
              {"energy_uncertainty_joules", nullptr}};
  if (line.measured.energy) {
    object["energy_joules"] = line.measured.energy->si;
    object["energy_uncertainty_joules"] = line.measured.uncertainty.si;
  }
  return object;
}

std::vector<std::string> line_row(const Line& line) {
  const TargetMeasurement& measured = line.measured;
  const auto macs = static_cast<double>(line.subject.macs);
  std::vector<std::string> row{
      line.subject.name, join(measured.count), fixed(measured.ticks, 1),
      line.subject.macs == 0 ? "" : fixed(measured.ticks / macs, 3)};
  row.push_back(measured.energy ? fixed(measured.energy->si * 1e6, 4) : "");
  row.push_back(measured.energy ? fixed(measured.uncertainty.si * 1e6, 4) : "");
  row.push_back(
      measured.energy && line.subject.macs != 0 ? fixed(measured.energy->si * 1e12 / macs, 2) : "");
  return row;
}

std::string lines_text(const std::vector<Line>& lines) {
  std::vector<std::vector<std::string>> rows;
  for (const Line& line : lines)
    rows.push_back(line_row(line));
  return table_text(
      {{"what", Align::left},
       {"count"},
       {"ticks of one"},
       {"ticks/MAC"},
       {"energy (uJ)"},
       {"+- (uJ)"},
       {"pJ/MAC"}},
      rows);
}

Result<Exit> measure(const Options& options, Console& console) {
  return with_target(options.target, [&](TargetSession& session) -> Result<Exit> {
    const std::vector<Subject> subjects = TRY(subjects_of(options, session, console));
    std::vector<Line> lines;
    TargetProgress progress(console);
    for (const Subject& subject : subjects) {
      progress.show("measured", lines.size(), subjects.size(), "things");
      lines.push_back(
          {subject,
           TRY(measure_target(session.bench, session.client, subject.what, options.repeat))});
    }
    if (options.target.json) {
      json array = json::array();
      for (const Line& line : lines)
        array.push_back(line_json(line));
      console.out << array.dump(2) << "\n";
    } else {
      console.out << lines_text(lines);
    }
    return Exit::done;
  });
}

void add_layer_options(CLI::App* command, Options& to) {
  const std::string group = "A layer that is made to be measured";
  command
      ->add_option_function<std::string>(
          "--kernel",
          [&to](const std::string& word) {
            to.layer.op = *kernel_called(word);
            to.has_kernel = true;
          },
          "Operator")
      ->check(CLI::IsMember(kernel_words()))
      ->group(group);
  add_numbers(
      command, "--size", "Input: height, width, channels", "16x16x16",
      {&to.layer.input.height, &to.layer.input.width, &to.layer.input.channels});
  command->add_option("--filters", to.layer.filters, "Output channels")->capture_default_str();
  add_numbers(
      command, "--window", "Of a convolution or pool", "3x3",
      {&to.layer.window_height, &to.layer.window_width});
  command->add_option("--stride", to.layer.stride, "Of the window")->capture_default_str();
  add_numbers(
      command, "--bits", "Of activations and weights", "8x8",
      {&to.layer.activation_bits, &to.layer.weight_bits});
}

}  // namespace

void add_target_measure(CLI::App* target, Invocation& invocation) {
  CLI::App* command =
      target->add_subcommand("measure", "Measure what kernels, memory, commits and sleep take");
  const auto options = std::make_shared<Options>();
  add_layer_options(command, *options);
  command->add_flag(
      "--layers", options->layers, "Every layer of --network, or of the built-in one");
  add_load_options(command, options->load);
  command->add_option("--nv-read", options->nv_read, "Reading so many bytes");
  command->add_option("--nv-write", options->nv_write, "Writing so many bytes");
  command->add_flag("--commit", options->commit, "Writing a progress record");
  command->add_option("--sleep", options->sleep_ticks, "Sleeping for so many ticks");
  command->add_option(
      "--repeat", options->repeat,
      "How often; otherwise so often that it lasts a tenth of a second");
  add_target_options(command, options->target);
  command->footer(
      "Example: sunfleck target measure --kernel conv --size 16x16x16 --filters 32 --window 3x3");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return measure(*options, console); };
  });
}

}  // namespace sunfleck::app
