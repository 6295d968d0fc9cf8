// SPDX-License-Identifier: Apache-2.0
#include "cli/kept_training.hpp"

#include "core/base/files/paths.hpp"
#include "core/base/sha256.hpp"
#include "core/nn/graph/architecture_json.hpp"

namespace mho {
namespace {

std::string bytes_of(const Parameters& parameters) {
  std::string bytes;
  const auto add = [&](const auto& values) {
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  };
  for (const auto& layer : parameters) {
    add(layer.weight);
    for (const ChannelTensor& tensor : LayerParameters::channel_tensors()) add(layer.*tensor.values);
    add(std::vector<float>{layer.input_range, layer.output_gain});
  }
  return bytes;
}

}  // namespace

KeptTraining::KeptTraining(const std::filesystem::path& folder, const Architecture& architecture,
                           const std::string& config, const Parameters* start)
    : architecture_(architecture) {
  if (folder.empty()) return;
  const auto key = sha256(config + to_json(architecture) + (start ? bytes_of(*start) : ""));
  file_ = folder / (".mho-training-" + key.substr(0, 16) + ".safetensors");
}

void KeptTraining::add_to(TrainingPart& part) {
  if (file_.empty()) return;
  if (is_file(file_)) from_ = load_checkpoint(file_, architecture_);
  epochs_kept_ = epochs_before();
  if (from_) part.from = &*from_;
  part.keep = [this](const TrainingCheckpoint& checkpoint) {
    save_checkpoint(file_, checkpoint);
    epochs_kept_ = checkpoint.epochs_done;
  };
}

void KeptTraining::remove() const {
  std::error_code ignored;  // a left-over file harms nothing
  if (!file_.empty()) std::filesystem::remove(file_, ignored);
}

}  // namespace mho
