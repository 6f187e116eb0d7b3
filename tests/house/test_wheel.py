"""The wheel, installed alone, is the whole product; beside PyPI's ``fixtures`` it says what happened to it."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from axis28 import __version__
from axis28.command import SUBCOMMANDS
from tests.clock.shim import REAL_TIME

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("axis28", "protocol", "schemas", "fixtures", "simulator", "conformance")
NAMESAKE = "fixtures==4.2.5"

Run = Callable[..., subprocess.CompletedProcess[str]]


def _run(*command: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    # A clean environment: what pytest was told about paths must not help the installed command.
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(cwd), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("axis28-*.whl"))


class Environment:
    """A virtual environment with our dependencies on its path and nothing of ours installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        made = _run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
        assert made.returncode == 0, made.stderr
        self.packages = next((folder / "lib").glob("python3*")) / "site-packages"
        # A path entry, and as such not searched for .pth files of its own: the editable installation stays behind.
        (self.packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    @property
    def command(self) -> Path:
        return self.folder / "bin" / "axis28"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def install(self, *what: str | Path) -> subprocess.CompletedProcess[str]:
        pip = (sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check")
        # The certificate of an index is judged in the real time also where ours is moved.
        return _run(*pip, "install", "--no-deps", "--force-reinstall", *what, cwd=self.folder, **REAL_TIME)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment")


def test_the_wheel_alone_offers_every_subcommand(wheel: Path, environment: Environment, tmp_path: Path) -> None:
    installed = environment.install("--no-index", wheel)
    assert installed.returncode == 0, installed.stderr
    answer = _run(environment.command, "--version", cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (0, f"axis28 {__version__}\n"), answer.stderr
    for name in SUBCOMMANDS:
        answer = _run(environment.command, name, "--help", cwd=tmp_path)
        assert (answer.returncode, answer.stderr) == (0, "")


def test_the_installed_packages_are_not_those_of_this_tree(
    wheel: Path, environment: Environment, tmp_path: Path
) -> None:
    environment.install("--no-index", wheel)
    program = (
        f"import {', '.join(PACKAGES)}\n"
        "from schemas import messages, registry\n"
        "assert registry.checks() and registry.reasons() and messages.catalogue('vi')\n"
        f"print(*[package.__file__ for package in ({', '.join(PACKAGES)})], sep='\\n')"
    )
    answer = _run(environment.python, "-c", program, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert all(line.startswith(str(environment.packages)) for line in answer.stdout.splitlines())


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    tracked = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert packed == tracked


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert licences
        assert b"Apache License" in archive.read(licences[0])


def _namesake(folder: Path) -> Path:
    """Build a distribution that, like PyPI's, is called ``fixtures`` and brings a package of that name."""
    files = {
        "fixtures/__init__.py": b"raise SystemExit('the intruder was imported')\n",
        "fixtures-4.2.5.dist-info/METADATA": b"Metadata-Version: 2.1\nName: fixtures\nVersion: 4.2.5\n",
        "fixtures-4.2.5.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for name, data in files.items()
    )
    file = folder / "fixtures-4.2.5-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("fixtures-4.2.5.dist-info/RECORD", record + "fixtures-4.2.5.dist-info/RECORD,,\n")
    return file


def _assert_that_the_guard_speaks(environment: Environment, folder: Path) -> None:
    answer = _run(environment.command, "--version", cwd=folder)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert str(environment.packages / "fixtures" / "__init__.py") in answer.stderr
    assert "overwritten by another distribution" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_namesake_that_overwrites_a_package_is_named(wheel: Path, environment: Environment, tmp_path: Path) -> None:
    environment.install("--no-index", wheel)
    installed = environment.install("--no-index", _namesake(tmp_path))
    assert installed.returncode == 0, installed.stderr
    _assert_that_the_guard_speaks(environment, tmp_path)


def test_installed_after_the_namesake_ours_works(wheel: Path, environment: Environment, tmp_path: Path) -> None:
    environment.install("--no-index", _namesake(tmp_path))
    environment.install("--no-index", wheel)
    assert _run(environment.command, "--version", cwd=tmp_path).returncode == 0


def test_beside_the_real_namesake_of_pypi_the_guard_speaks(
    wheel: Path, environment: Environment, tmp_path: Path
) -> None:
    environment.install("--no-index", wheel)
    installed = environment.install("--retries", "1", "--timeout", "20", NAMESAKE)
    if installed.returncode != 0:
        pytest.skip(f"{NAMESAKE} cannot be fetched here; its stand-in is tested above")
    _assert_that_the_guard_speaks(environment, tmp_path)


def test_in_a_folder_with_its_own_schemas_the_guard_speaks(
    wheel: Path, environment: Environment, tmp_path: Path
) -> None:
    environment.install("--no-index", wheel)
    vendor = tmp_path / "vendor"
    (vendor / "schemas").mkdir(parents=True)
    (vendor / "schemas" / "__init__.py").write_text("raise SystemExit('the intruder was imported')\n")
    answer = _run(environment.python, "-m", "axis28", "--version", cwd=vendor)
    assert answer.returncode == 2
    assert str(vendor / "schemas" / "__init__.py") in answer.stderr
    # The command itself keeps the working directory off the path and works there.
    assert _run(environment.command, "--version", cwd=vendor).returncode == 0
