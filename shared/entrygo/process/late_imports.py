"""Modules that few processes ever use, imported when the first of their names is asked for."""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def imported_late(name: str) -> ModuleType | None:
    """The module `name`, which is read at its first use; None when it is not installed.

    For one thread alone: two that use it first at the same moment could both read it.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return None
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
