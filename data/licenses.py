#!/usr/bin/env python3
"""Writes data/licenses.json: every third party in the binary and the page, with version and licence.

`--check` writes nothing and fails where the file is not what would be written.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "data" / "licenses.json"


def crates():
    """Crates that are linked in: reached from ours by normal and build dependencies, not by tests'."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked",
               "--filter-platform", "x86_64-unknown-linux-gnu"]
    data = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in data["packages"]}
    edges = {node["id"]: node["deps"] for node in data["resolve"]["nodes"]}
    reached, waiting = set(), [data["resolve"]["root"]]
    while waiting:
        for dep in edges[waiting.pop()]:
            kinds = {kind["kind"] for kind in dep["dep_kinds"]}
            if kinds != {"dev"} and dep["pkg"] not in reached:
                reached.add(dep["pkg"])
                waiting.append(dep["pkg"])
    for key in reached:
        package = packages[key]
        yield {"name": package["name"], "version": package["version"], "kind": "crate",
               "licence": package["license"] or "see the crate"}


def web_packages():
    """Packages of the page, without those that only build it."""
    lock = ROOT / "web" / "package-lock.json"
    if not lock.exists():
        return
    for path, package in json.loads(lock.read_text())["packages"].items():
        if path and not package.get("dev") and not package.get("devOptional"):
            yield {"name": path.split("node_modules/")[-1], "version": package["version"], "kind": "npm",
                   "licence": package.get("license", "see the package")}


SYSTEM = [
    {"name": "fast2s (pairs of traditional and simplified characters)", "version": "0.3.1", "kind": "data",
     "licence": "MIT"},
    {"name": "GDAL", "version": "system", "kind": "library", "licence": "MIT"},
    {"name": "PROJ", "version": "system", "kind": "library", "licence": "MIT"},
    {"name": "SQLite", "version": "system", "kind": "library", "licence": "Public domain"},
]


def main():
    parts = sorted([*SYSTEM, *crates(), *web_packages()], key=lambda part: (part["kind"], part["name"], part["version"]))
    lines = ",\n".join(json.dumps(part, ensure_ascii=False) for part in parts)
    text = f"[\n{lines}\n]\n"
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.exit("data/licenses.json is not up to date: run `make gen`")
    else:
        TARGET.write_text(text)
        print(f"{len(parts)} third parties in {TARGET.relative_to(ROOT)}")


main()
