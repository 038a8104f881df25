"""Where the browser is, known to the page itself: an address changes before the server has heard of it."""

from __future__ import annotations

import reflex as rx
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData

_PATH = 'const pathHere = "/" + useLocation().pathname.split("/").filter(Boolean).join("/")'


def here() -> rx.Var[str]:
    """Give the path of the browser's address, without a slash at its end."""
    data = VarData(imports={"react-router": [ImportVar(tag="useLocation")]}, hooks={_PATH: None})
    return rx.Var("pathHere", _var_type=str, _var_data=data)
