# SPDX-License-Identifier: Apache-2.0
"""The package optuna."""

import warnings

from mho._errors import InputError, needed

_REQUIREMENT = "optuna>=4,<6"


def load():
    """Optuna 4 or newer, silent."""
    optuna = needed("optuna", "optuna:... and --storage", _REQUIREMENT)
    if int(optuna.__version__.split(".")[0]) < 4:
        raise InputError(f"optuna: expected version 4 or newer, got {optuna.__version__}; "
                         f"upgrade it with: pip install '{_REQUIREMENT}'")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    warnings.filterwarnings("ignore", message="`constraints_func` has been deprecated")  # 4 has nothing else
    return optuna
