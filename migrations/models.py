"""The schema the models describe: every `models.py` of the domain, found by walking its rooms."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

import domain

if TYPE_CHECKING:
    from sqlalchemy import MetaData


def metadata() -> MetaData:
    """Import all models of the domain and give their tables."""
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        if found.name.endswith(".models"):
            importlib.import_module(found.name)
    return SQLModel.metadata
