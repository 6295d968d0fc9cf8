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


def test_the_version_is_the_same_wherever_it_has_to_be_written():
    version = re.search(r"project\(mho VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)[1] == version
    assert f"## [{version}] - " in (ROOT / "CHANGELOG.md").read_text()
