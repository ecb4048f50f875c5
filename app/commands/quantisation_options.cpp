#include "app/commands/quantisation_options.h"

#include "app/commands/options.h"

namespace sunfleck::app {

void add_quantisation(CLI::App* command, Quantisation& to, const std::string& group) {
  command
      ->add_option(
          "--calibration", to.calibration,
          "Typical inputs of an .onnx network: a file of float32 tensors in its own layout (NCHW), "
          "one after another, or random:SEED to try it")
      ->group(group);
  add_word(
      command, "--bits", "Of an .onnx network's activations x weights; 8x8 otherwise", to.bits,
      names_of_bits(), &bits_called)
      ->group(group);
  command
      ->add_option(
          "--choice", to.choice,
          "What every ArgMax inside an .onnx network answers, for those that choose by the input")
      ->group(group);
}

}  // namespace sunfleck::app
