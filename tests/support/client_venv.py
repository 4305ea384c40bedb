"""The Python client, installed in an environment of its own that has what it declares and nothing else."""

from __future__ import annotations

import subprocess
import venv
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.paths import CHECKOUT


@pytest.fixture(scope="session")
def client_bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the command `codeport` and a Python that imports its package, without any index."""
    if find_spec("ensurepip") is None:
        pytest.skip("Python's venv is incomplete: install the package python3-venv.")
    home = tmp_path_factory.mktemp("client")
    venv.create(home, with_pip=True)
    bin_, (packages,) = home / "bin", home.glob("lib/python*/site-packages")
    link("attrs", packages)
    link("httpx", packages)
    link("flit_core", packages)
    install = ("-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    subprocess.run([bin_ / "python", *install, CHECKOUT / "clients/python"], check=True, capture_output=True)
    return bin_


def link(name: str, packages: Path) -> None:
    """Put a distribution that the tests have, and what it needs, into another environment."""
    found = distribution(name)
    tops = {path.parts[0] for path in found.files or () if path.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))
    for line in found.requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            link(needed.name, packages)
