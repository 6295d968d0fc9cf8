// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/run_config.hpp"

namespace mho {

/// Whether a gene is a setting of the training, the hardware or the mapping: its name is the key that it
/// sets, "training.learning_rate", "hardware.adc_bits", "chip.objective". hardware.crossbar_size sets rows
/// and columns, of the chip too. A chip with other converters or crossbars takes other energy for a product:
/// the chip file's figure is scaled (docs/search.md).
bool is_setting(const std::string& gene);
bool has_settings(const Genome& genome);

/// The run's configuration with the genome's settings in it. Throws ConfigError for a key or value that the
/// table has not.
RunConfig candidate_config(const RunConfig& config, const Genome& genome);

/// Throws ConfigError when a value of a setting cannot be used with the rest of the configuration, each alone
/// (of numbers on a range: its ends).
void check_settings(const RunConfig& config, const Space& space);

}  // namespace mho
