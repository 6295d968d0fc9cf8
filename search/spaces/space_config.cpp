// SPDX-License-Identifier: Apache-2.0
#include "search/spaces/space_config.hpp"

namespace mho {

void MobileRanges::fields(FieldVisitor& visitor) {
  visitor.field("stem_channels", &stem_channels, between(1, 1024),
                "output channels of the first convolution (3x3)");
  visitor.field("stages", &stages, between(1, 8),
                "[smallest, largest] number of stages; each but the first halves the image");
  visitor.field("layers", &layers, between(1, 16), "[smallest, largest] number of blocks of a stage");
  visitor.field("blocks", &blocks,
                "of a stage: depthwise-separable convolutions or inverted residuals (MobileNetV2)");
  visitor.field("kernels", &kernels, between(1, 15), "of a stage's depthwise convolutions");
  visitor.field("widths", &widths, between(1, 4096), "output channels of a stage's blocks (squeeze width)");
  visitor.field("expansions", &expansions, between(1, 16),
                "inverted: channels inside of a block over those that come in");
}

void MlpRanges::fields(FieldVisitor& visitor) {
  visitor.field("layers", &layers, between(1, 16), "[smallest, largest] number of hidden layers");
  visitor.field("widths", &widths, between(1, 65536), "of a hidden layer");
  visitor.field("activations", &activations, "of all hidden layers");
}

void CellRanges::fields(FieldVisitor& visitor) {
  visitor.field("nodes", &nodes, between(2, 8), "of a cell, with an edge from each to every later one");
  visitor.field("operations", &operations, "of an edge; where none leads through the cell the trial fails");
  visitor.field("channels", &channels, between(1, 1024),
                "of the first stage; each further stage has twice as many");
  visitor.field("cells", &cells, between(1, 16), "[smallest, largest] number of cells of a stage, all alike");
  visitor.field("stages", &stages, between(1, 5),
                "with a residual block that halves the image between two of them");
}

void SequenceRanges::fields(FieldVisitor& visitor) {
  visitor.field("convolutions", &convolutions, between(0, 8),
                "[smallest, largest] number of convolutions over time, each with batch norm and ReLU; each "
                "halves the steps");
  visitor.field("channels", &channels, between(1, 4096), "output channels of a convolution");
  visitor.field("kernels", &kernels, between(1, 63), "steps that a convolution sees");
  visitor.field("recurrent_layers", &recurrent_layers, between(1, 8),
                "[smallest, largest] number of recurrent layers");
  visitor.field("units", &units, between(1, 4096), "of a recurrent layer");
  visitor.field("cells", &cells, "of all recurrent layers");
  visitor.field("heads", &heads, "what is classified: the last step, or the mean over all");
}

void TrainingGenes::fields(FieldVisitor& visitor) {
  visitor.field("learning_rate", &learning_rate, between(1e-9, 100),
                "[smallest, largest] of training.learning_rate, on a logarithmic scale; []: not searched");
  visitor.field("weight_noise", &weight_noise, between(0, 10),
                "[smallest, largest] of training.weight_noise; []: not searched");
  visitor.field("clip_deviations", &clip_deviations, between(0, 1000),
                "[smallest, largest] of training.clip_deviations; []: not searched");
}

void HardwareGenes::fields(FieldVisitor& visitor) {
  visitor.field("adc_bits", &adc_bits, between(1, 24), "values of hardware.adc_bits; []: not searched");
  visitor.field("dac_bits", &dac_bits, between(1, 24), "values of hardware.dac_bits; []: not searched");
  visitor.field("crossbar_size", &crossbar_size, between(1, 4096),
                "rows and columns of a crossbar, of [hardware] and of the chip; []: not searched");
  visitor.field("devices_per_cell", &devices_per_cell, between(1, 1024),
                "values of hardware.devices_per_cell; []: not searched");
  visitor.field("mapping_objectives", &mapping_objectives, "values of chip.objective; []: not searched");
}

void SpaceConfig::fields(FieldVisitor& visitor) {
  visitor.field("kind", &kind, "which networks: the keys below it are that kind's; genes: your own");
  if (kind == SpaceType::mobile) return mobile.fields(visitor);
  if (kind == SpaceType::mlp) return mlp.fields(visitor);
  if (kind == SpaceType::cell) return cell.fields(visitor);
  if (kind == SpaceType::sequence) return sequence.fields(visitor);
  if (kind == SpaceType::genes) return gene_fields(visitor);
  analognas_fields(visitor);
}

void SpaceConfig::analognas_fields(FieldVisitor& visitor) {
  visitor.field("stem_channels", &stem_channels, between(1, 256),
                "OC0: output channels of the first convolution");
  visitor.field("stem_kernels", &stem_kernels, between(1, 15), "KS0: kernel sizes of the first convolution");
  visitor.field("main_blocks", &main_blocks, between(1, 5), "M: [smallest, largest] number of main blocks");
  visitor.field("residual_blocks", &residual_blocks, between(1, 16),
                "R: [smallest, largest] number of residual blocks of a main block");
  visitor.field("branches", &branches, between(1, 12),
                "B: [smallest, largest] number of parallel branches of a residual block");
  visitor.field("block_types", &block_types,
                "CT: A bottleneck, B basic, C and D the same with batch norm and ReLU first, E depthwise "
                "separable");
  visitor.field("widening", &widening, between(1, 4),
                "WF: [smallest, largest] factor by which a main block multiplies its channels");
  shape.fields(visitor);
}

void SpaceConfig::gene_fields(FieldVisitor& visitor) {
  visitor.field(
      "gene", &genes, anything(),
      "[[space.gene]] entries: name; kind (choice, ordered, integer, real); values, or low, high and "
      "log; when = {OTHER = [VALUES]}");
  visitor.field(
      "network", &network, anything(),
      "architecture template, relative to this file: JSON as of mho's architectures with ${GENE} in "
      "place of values and layers that have a when");
}

std::vector<Section> SpaceConfig::sections() {
  return {{"space", "What a search varies.", [this](FieldVisitor& v) { fields(v); }},
          {"space.training", "What of the training is searched along with the network.",
           [this](FieldVisitor& v) { training.fields(v); }},
          {"space.hardware", "What of the hardware is searched along with the network.",
           [this](FieldVisitor& v) { hardware.fields(v); }}};
}

}  // namespace mho
