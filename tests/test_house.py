"""The order of the house: what no single room can see to.

Each test names the rule it keeps. When one fails, its message says what to change.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "midwatch"
PURE_ROOMS = {
    "breach",
    "detection",
    "events",
    "incidents",
    "kernel",
    "needs",
    "rules",
    "vendors",
}
LOCKS = ["runtime", "build", "dev"]


def read(relative: str) -> str:
    return (ROOT / relative).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


def contract(pyproject: dict[str, Any], name: str) -> dict[str, Any]:
    contracts = pyproject["tool"]["importlinter"]["contracts"]
    return next(each for each in contracts if each["id"] == name)


def rooms() -> set[str]:
    return {folder.parent.name for folder in PACKAGE.glob("*/__init__.py")}


def house_files() -> Iterator[Path]:
    """The texts and settings of the house: all that stands in the checkout but what was built."""
    built = {".git", ".venv", "build", "dist"}
    for top in sorted(ROOT.iterdir()):
        if (
            top.name in built | {".hypothesis"}
            or top.name.endswith("_cache")
            or top.suffix == ".html"
        ):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            made = any(
                part in {"__pycache__", ".hypothesis"} or part.endswith("_cache")
                for part in path.parts
            )
            if path.is_file() and not made:
                yield path


# ---------------------------------------------------------------- rooms


def test_every_room_is_declared_in_the_layer_contract(pyproject: dict[str, Any]) -> None:
    layers = contract(pyproject, "rooms")["layers"]
    declared = {name.strip(" ()") for layer in layers for name in layer.split("|")}

    assert rooms() <= declared
    assert contract(pyproject, "rooms")["exhaustive"] is True


def test_every_folder_of_the_package_that_holds_code_is_a_room() -> None:
    folders = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.glob("*/**/*.py")}

    assert folders == rooms(), "a room needs an __init__.py, or no check sees it"


def test_every_pure_room_that_exists_is_held_to_purity(pyproject: dict[str, Any]) -> None:
    held = {
        name.removeprefix("midwatch.") for name in contract(pyproject, "pure")["source_modules"]
    }

    assert held == PURE_ROOMS & rooms()


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_pure_room_opens_a_url() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for room in sorted(PURE_ROOMS)
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if any(name.startswith("urllib.request") for name in imported_names(path))
    ]

    assert not offenders


def test_a_file_past_500_lines_is_data_or_named_in_a_decision_record() -> None:
    records = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs" / "adr").glob("*.md"))
    long = {
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*.py")
        if len(path.read_bytes().splitlines()) > 500
    }

    assert {path for path in long if path not in records} == set()


def test_no_expression_repeats_a_group_possessively() -> None:
    """Python before 3.11.5 mismatches such repeats (gh-106052); an atomic group is right in all."""
    repeated = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d+,\d*\})\+")
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if repeated.search(line)
    ]

    assert not offenders, "write (?>(?:...)*) instead of (?:...)*+"


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
    named = {path.stem.strip("_") for path in PACKAGE.rglob("*.py")}
    named |= {path.name for path in PACKAGE.rglob("*") if path.is_dir()}

    assert not named & drawers


# ---------------------------------------------------------------- reasons


def exceptions(text: str) -> Iterator[str]:
    """The lines of pyproject.toml that switch a ruff rule off."""
    section = text.split("[tool.ruff.lint]")[1].split("[tool.ruff.lint.flake8", maxsplit=1)[0]
    yield from (line for line in section.splitlines() if re.match(r'\s+"[A-Z]+\d*"', line))


def test_every_rule_that_is_off_has_its_reason() -> None:
    lines = list(exceptions(read("pyproject.toml")))
    bare = [line.strip() for line in lines if not re.search(r"#\s+\w+(\s+\S+){2,}", line)]

    assert lines, "the exceptions moved: this test no longer sees them"
    assert not bare


def code_lines() -> Iterator[tuple[str, int, str]]:
    for top in (PACKAGE, ROOT / "tests", ROOT / "benchmarks"):
        for path in sorted(top.rglob("*.py")):
            lines = path.read_text("utf-8", errors="replace").splitlines()
            yield from ((str(path.relative_to(ROOT)), n, line) for n, line in enumerate(lines, 1))


def test_every_exception_in_the_code_has_its_reason() -> None:
    # The words and their colon are joined here so that this line is no exception itself.
    words = r"#\s*(?:noqa|type|ruff|mypy)"
    codes = r":\s*(?:noqa:?\s*)?(?:ignore)?[\[\]A-Za-z0-9, -]*?(?:\s+#\s*|\s+[-–—]+\s+|$)"
    switched_off = re.compile(words + codes + r"(?P<reason>.*)$")
    bare = []
    for path, number, line in code_lines():
        found = switched_off.search(line)
        if found and len(found["reason"].split()) < 3:
            bare.append(f"{path}:{number}: {line.strip()}")

    assert not bare, "say why: noqa, its code, two spaces, '# ' and the reason"


# ---------------------------------------------------------------- versions and dependencies


def test_the_version_is_the_changelogs_newest(pyproject: dict[str, Any]) -> None:
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\]", read("CHANGELOG.md"), re.MULTILINE)

    assert newest is not None
    assert pyproject["project"]["version"] == newest[1]


def test_the_package_tells_the_same_version(pyproject: dict[str, Any]) -> None:
    told = re.search(r'^__version__ = "(.+)"$', read("src/midwatch/__init__.py"), re.MULTILINE)

    assert told is not None
    assert told[1] == pyproject["project"]["version"]


def test_pyproject_and_the_runtime_lock_ask_for_the_same(pyproject: dict[str, Any]) -> None:
    asked = {
        line for line in read("requirements/runtime.in").splitlines() if line and line[0] != "#"
    }

    assert asked == set(pyproject["project"]["dependencies"])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_hashes_and_nothing_of_the_machine(lock: str) -> None:
    text = read(f"requirements/{lock}.txt")
    requirements = re.split(r"\n(?=[^\s#])", text.split("make lock\n")[1])

    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+==\S+", requirement)
        assert "--hash=sha256:" in requirement
    assert not re.search(
        r"https?:|file:|--(extra-)?index|--find-links|^\s*/|\s\.\.?/", text, re.MULTILINE
    )


def test_the_locks_agree_on_every_version() -> None:
    pins: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, rest in re.findall(
            r"^([a-z0-9._-]+)(==[^\\]+)\\$", read(f"requirements/{lock}.txt"), re.MULTILINE
        ):
            pins.setdefault(name + rest.partition(";")[2], set()).add(rest)

    assert {name for name, versions in pins.items() if len(versions) > 1} == set()


# ---------------------------------------------------------------- the wheel


def test_the_wheel_ships_every_file_of_the_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        shipped = set(wheel.namelist())
    present = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert present - shipped == set(), "a pattern in .gitignore keeps these out of the wheel"


# ---------------------------------------------------------------- commands and texts


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def test_the_readme_names_its_two_commands_and_the_makefile_has_them() -> None:
    block = re.search(r"## Two commands.*?```\n(.*?)```", read("README.md"), re.DOTALL)

    assert block is not None
    assert re.findall(r"^make ([a-z-]+)", block[1], re.MULTILINE) == ["up", "test"]
    assert {"up", "test"} <= targets()


def test_every_make_target_a_text_names_exists() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run"]
    named = {
        target
        for text in texts
        for target in re.findall(
            r"(?:`|^\s*|exec )make ([a-z-]+)", text.read_text("utf-8"), re.MULTILINE
        )
    }

    assert named <= targets()


def test_every_make_target_explains_itself_or_serves_another() -> None:
    makefile = read("Makefile")
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert targets() - explained == {"setup", "setup-dev", "test-parts"}
    listed = set(
        re.findall(r"^\| `make(?: ([a-z-]+))?`", read("docs/reference/make.md"), re.MULTILINE)
    )
    assert explained - listed <= {"help"}, "docs/reference/make.md lists every target"


def test_the_makefile_calls_only_what_this_checkout_brings() -> None:
    recipes = [
        line.strip().removeprefix("@")
        for line in re.sub(r"\\\n\s*", "", read("Makefile")).splitlines()
        if line.startswith("\t")
    ]
    ours = re.compile(r"(?:[A-Z0-9_]+=\S+ )?(?:\$\(BIN\)/|scripts/)\S+|(?:awk|rm) ")

    assert [line for line in recipes if not ours.match(line)] == []


@pytest.mark.parametrize(("script", "status"), [(".ci/run", 1), ("scripts/cases", 2)])
def test_without_the_shared_cases_a_script_says_so_and_fails(script: str, status: int) -> None:
    without = {**os.environ, "MIDWATCH_CASES": "/nowhere/cases"}
    ended = subprocess.run(
        [ROOT / script], env=without, check=False, capture_output=True, text=True
    )

    assert ended.returncode == status
    assert "The shared cases are not at /nowhere/cases" in ended.stderr
    assert ended.stdout == ""


def test_no_text_tells_where_this_checkout_lies() -> None:
    here = str(ROOT)
    if len(ROOT.parts) < 3:
        pytest.skip(f"{here} is too short a path to tell apart from other words")
    telling = [
        str(path.relative_to(ROOT)) for path in house_files() if here.encode() in path.read_bytes()
    ]

    assert not telling


def test_the_documentation_loads_nothing_from_elsewhere() -> None:
    settings = yaml.safe_load(read("mkdocs.yml").replace("!!python", "#"))

    assert settings["theme"]["font"] is False
    assert settings["strict"] is True
    assert {"extra_css", "extra_javascript", "repo_url", "extra"} & settings.keys() == set()
    pages = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    assert "```mermaid" not in pages, "diagrams of that kind load a script from elsewhere"
    assert not re.search(r"!\[[^\]]*\]\(https?:|<(?:img|script|link|iframe)\b", pages)
