"""The code of the program's modules, without comments and layout, and their imports."""

import ast
from functools import cached_property
from pathlib import Path


class Module:
    """One module of the program: its parse tree, without docstrings."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_bytes())
        for node in ast.walk(self.tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and isinstance(
                    node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) \
                    and ast.get_docstring(node, clean=False) is not None:
                body[0].value.value = ""

    @cached_property
    def text(self) -> str:
        """The dump of the parse tree, independent of comments and layout."""
        return ast.dump(self.tree)

    @cached_property
    def constants(self) -> set[str]:
        """All strings in the code."""
        return {node.value for node in ast.walk(self.tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    @cached_property
    def imports(self) -> list[ast.ImportFrom]:
        """The relative imports: those of the program's own modules."""
        return [node for node in ast.walk(self.tree)
                if isinstance(node, ast.ImportFrom) and node.level]


class Modules:
    """The modules in the folder of a package, each parsed once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parsed: dict[Path, Module] = {}

    def __getitem__(self, path: Path) -> Module:
        if path not in self.parsed:
            self.parsed[path] = Module(path)
        return self.parsed[path]

    def closure(self, paths: list[Path], without: frozenset[Path]) -> list[Path]:
        """Return these modules and all own modules they import, but `without`, sorted by path."""
        reached, open_ones = set(), list(paths)
        while open_ones:
            path = open_ones.pop()
            if path not in reached and path not in without:
                reached.add(path)
                open_ones += self.imported_by(path)
        return sorted(reached)

    def imported_by(self, path: Path) -> list[Path]:
        """Return the own modules that a module imports directly."""
        found = []
        for node in self[path].imports:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            found += [source for alias in node.names
                      if (source := self.source_of(base, alias.name))]
        return found

    def source_of(self, base: Path, name: str) -> Path | None:
        """Return the module that defines a name; resolve re-exports of a package."""
        if (module := base.with_suffix(".py")).is_file():
            return module
        if (module := base / f"{name}.py").is_file():
            return module
        if (base / name / "__init__.py").is_file():
            return base / name / "__init__.py"
        package = base / "__init__.py"
        for node in self[package].imports:
            if any(name == (alias.asname or alias.name) for alias in node.names):
                return base.joinpath(*(node.module or "").split(".")).with_suffix(".py")
        return package if base != self.root else None
