#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "tests/support/command.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"
#include "tests/support/store_dump.h"

namespace {

using sunfleck::join;

void write(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(
          reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// One sentence, of the form "sunfleck: where: what".
void expect_one_sentence(const CommandResult& command) {
  EXPECT_EQ(command.code, 1) << command.out << command.err;
  EXPECT_EQ(command.err.substr(0, 10), "sunfleck: ") << command.err;
  EXPECT_EQ(std::count(command.err.begin(), command.err.end(), '\n'), 1) << command.err;
  EXPECT_EQ(command.out, "");
}

TEST(BadInput, AFileThatIsNoneOfOursIsRefusedInOneSentence) {
  const ScratchFolder folder;
  write(folder.file("text"), std::vector<std::uint8_t>(2000, 'x'));
  write(folder.file("empty"), {});
  for (const char* file : {"text", "empty", "missing"}) {
    SCOPED_TRACE(file);
    const std::string path = folder.file(file);
    expect_one_sentence(sunfleck_command({"network", "show", path}, folder));
    expect_one_sentence(sunfleck_command({"replay", "--network", path}, folder));
    expect_one_sentence(sunfleck_command({"replay", "--profile", path}, folder));
    expect_one_sentence(sunfleck_command({"replay", "--input", path}, folder));
    expect_one_sentence(sunfleck_command({"profile", "import", path}, folder));
  }
  expect_one_sentence(sunfleck_command({"runs", "list", "--store", folder.file("text")}, folder));
  EXPECT_EQ(file_bytes(folder.file("text")), std::vector<std::uint8_t>(2000, 'x'))
      << "a foreign file is not touched";
}

TEST(BadInput, DamagedNetworksEndInASentenceOrWork) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  const ScratchFolder folder;
  const std::vector<std::uint8_t> good = file_bytes(shared_data("models/kws_ref_model.tflite"));
  write(folder.file("cut.tflite"), {good.begin(), good.begin() + 20'000});
  expect_one_sentence(sunfleck_command({"network", "show", folder.file("cut.tflite")}, folder));
  sunfleck::Random random(4);
  for (int i = 0; i < 50; ++i) {
    write(folder.file("bad.tflite"), mutated(good, random));
    const CommandResult command =
        sunfleck_command({"network", "show", folder.file("bad.tflite")}, folder);
    if (command.code != 0) expect_one_sentence(command);
  }
}

TEST(BadInput, AnOperatorThatIsNotThereIsNamedWithItsIndex) {
  SKIP_WITHOUT_SHARED_DATA("models/trained_lstm_int8.tflite");
  const ScratchFolder folder;
  const CommandResult command = sunfleck_command(
      {"replay", "--network", shared_data("models/trained_lstm_int8.tflite")}, folder);
  expect_one_sentence(command);
  EXPECT_NE(command.err.find("operator 0 is UNIDIRECTIONAL_SEQUENCE_LSTM"), std::string::npos)
      << command.err;
}

TEST(BadInput, AStoredPlanThatSomebodyChangedIsShownAsFarAsItGoes) {
  const ScratchFolder folder;
  const std::string store = folder.file("runs.db");
  ASSERT_EQ(sunfleck_command({"replay", "--max-time", "100ms", "--store", store}, folder).code, 0);
  for (const char* plan :
       {R"(5)", R"([])", R"({"settings": 5})",
        R"({"settings": {"strategy": 1, "inferences": "x"}})",
        R"({"settings": {"capacitance_farads": "y"}, "assumptions": {"expected_outputs": -1e99}})",
        R"({"settings": null, "assumptions": {"expected_outputs": 1e99}})"}) {
    SCOPED_TRACE(plan);
    query_text(store, join("UPDATE run SET plan = '", plan, "'"));
    const CommandResult command = sunfleck_command({"runs", "show", "1", "--store", store}, folder);
    EXPECT_TRUE(command.code == 0 || command.code == 1) << command.code << command.err;
    EXPECT_NE(command.out + command.err, "");
  }
}

TEST(BadInput, WrongArgumentsAreTwoAndSaidBeforeAnythingIsDone) {
  const ScratchFolder folder;
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"fly"},
      {"replay", "--strategy", "hope"},
      {"replay", "--capacitor", "47uV"},
      {"replay", "--capacitor=-1uF"},
      {"replay", "--max-time", "soon"},
      {"replay", "--attempts", "0"},
      {"replay", "--profile", "constant:colour=1mW"},
      {"replay", "--profile", "nowhere-to-be-found"},
      {"runs", "show"},
      {"profile", "import", "x", "--nonsense"},
  };
  for (const auto& arguments : wrong) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const CommandResult command = sunfleck_command(arguments, folder);
    EXPECT_EQ(command.code, 2) << command.err;
    EXPECT_EQ(command.out, "");
    EXPECT_FALSE(command.err.empty());
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / ".local")) << "nothing was stored";
}

TEST(BadInput, PartsThatDoNotFitTogetherAreNamed) {
  const ScratchFolder folder;
  write(folder.file("short.in"), std::vector<std::uint8_t>(491, 0));
  const CommandResult input =
      sunfleck_command({"replay", "--input", folder.file("short.in")}, folder);
  expect_one_sentence(input);
  EXPECT_NE(input.err.find("490 bytes each"), std::string::npos) << input.err;
  const CommandResult thresholds =
      sunfleck_command({"replay", "--on", "2V", "--off", "2.5V"}, folder);
  expect_one_sentence(thresholds);
  const CommandResult path =
      sunfleck_command({"replay", "--path", "p2110b", "--profile", "steady"}, folder);
  expect_one_sentence(path);
  EXPECT_NE(path.err.find("rectifier"), std::string::npos) << path.err;
}

}  // namespace
