// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuzz/parser.hpp"

namespace mho::fuzz {

// One file a parser, or a few that belong together. A new one stands in all_parsers (fuzz/parser.cpp) too.

Parser run_file();
Parser chip_file();
Parser architecture();
Parser npy();
Parser npz();
Parser safetensors();
Parser weights();
Parser checkpoint();
Parser compressed();
Parser tar();
Parser idx_file();
Parser cifar();
Parser digits();
Parser audio();
Parser series_wide();
Parser series_long();
Parser text();
Parser picture();
Parser prepared_description();
Parser prepared_labels();
Parser prepared_images();
Parser device_table();
Parser pulse_table();
Parser search_table();
Parser trial();
Parser trial_file();
/// One file of a chip folder that is whole otherwise: "cores.json", "io.json", ...
Parser chip_folder(const std::string& file);

}  // namespace mho::fuzz
