// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/study/search_result.hpp"
#include "search/study/study.hpp"

namespace mho {

/// The method: propose, reject what breaks a hard constraint, train under noise, score
/// over drift, map, record, repeat; then re-score the winners and export them. There is no other loop,
/// whatever is searched and whoever judges. Writes the run folder:
/// config.toml, trials.jsonl, front.csv, candidates/N/ (weights of trials; the winners' are kept),
/// winners/N/, summary.json, surrogate.json; when it is stopped, front and summary of the trials that are
/// finished. A resume with more trials extends the run. Without a folder nothing is written, and the search
/// ends with its trials and their front. Throws ConfigError when `resume` meets another
/// configuration, the folder holds a run already or another search is at work in it, when no genome of the
/// space keeps the constraints (which one, after how many draws), RunError on a full disk. With a storage
/// every worker that joins computes the same generations, trains what it can claim, waits for the rest and
/// ends with the whole run folder.
SearchResult run_search(const RunConfig& config, const SearchOptions& options, const Evaluator& evaluator);

/// The same on the task's data: make_evaluator(config) judges.
SearchResult run_search(const RunConfig& config, const SearchOptions& options);

}  // namespace mho
