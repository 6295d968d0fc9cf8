// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/proposers/proposer.hpp"

namespace mho {

/// Bayesian optimisation. A Gaussian process on genome_features learns each of weighed_objectives and AVM;
/// the proposal maximises expected improvement (one objective), expected hypervolume improvement (exact for
/// two, over 64 keyed samples for more), each times the probability of keeping T_AVM (Gardner et al. 2014),
/// over surrogate_pool random genomes and mutants of the best, refined by a local search. Genomes pending in
/// the same generation count as observed at their expected values ("Kriging believer", Ginsbourger et al.
/// 2010); failed trials count as the worst seen, and of very many those that `informative` keeps are learned
/// from. While no trial keeps T_AVM, the probability of keeping it
/// alone. The first generation is a Latin hypercube, unless earlier runs are given. Returns a pure function;
/// it keeps the models of the last data that it met, to save time only.
Proposer make_bayesian();

}  // namespace mho
