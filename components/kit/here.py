"""Where the browser is, known to the page itself: an address changes before the server has heard of it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData

_PATH = 'const pathHere = "/" + useLocation().pathname.split("/").filter(Boolean).join("/")'
_WHOLE = "const wholeHere = pathHere + useLocation().search"


def here() -> rx.Var[str]:
    """Give the path of the browser's address, without a slash at its end."""
    data = VarData(imports={"react-router": [ImportVar(tag="useLocation")]}, hooks={_PATH: None})
    return rx.Var("pathHere", _var_type=str, _var_data=data)


def elsewhere(state: Any) -> rx.Var[bool]:
    """Tell whether what an `AddressedState` shows was read for another address than the browser came to."""
    data = VarData(imports={"react-router": [ImportVar(tag="useLocation")]}, hooks={_PATH: None, _WHOLE: None})
    return rx.Var("wholeHere", _var_type=str, _var_data=data) != state.came_to
