# SPDX-License-Identifier: Apache-2.0
"""What builds a package elsewhere needs the libraries that ./mho installs."""

import re

import pytest
from conftest import ROOT

# Of tests, and what pyproject.toml takes from PyPI in their place.
NOT_FOR_PACKAGES = {"catch2", "pybind11-dev"}


@pytest.mark.parametrize("file", ["Dockerfile", ".github/workflows/wheels.yml"])
def test_a_recipe_installs_every_library_that_the_door_does(file):
    packages = re.search(r"^packages=\(([^)]*)\)", (ROOT / "mho").read_text(), re.M)[1].split()
    named = set(re.split(r"[\s\\\\]+", (ROOT / file).read_text()))
    wanted = {name for name in packages if not name.startswith("python3") and name not in NOT_FOR_PACKAGES}
    assert len(wanted) > 10
    assert wanted - named == set()
