# SPDX-License-Identifier: Apache-2.0
"""The docs site: sphinx-build -W docs build/docs (docs/requirements.txt)."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "build/release/python"))  # the built package, for autodoc

project = "mho"
author = "the mho authors"
release = re.search(r"project\(mho VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["requirements.txt", "_build", "search.md"]  # search.html is the site's own: searching.md includes it
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# Pages link to files of the repository that are no pages; on a forge those links work.
suppress_warnings = ["myst.xref_missing"]
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"mho {release}"
html_static_path = []
