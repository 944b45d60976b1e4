"""Which labs are open, by kind and name: a cell that is run again closes the lab that it made before."""

_open: dict[tuple[str, str], object] = {}


def one_of_a_name(lab, kind: str, name: str) -> None:
    """Closes the lab of this kind that had the name; it is this one's now."""
    if (kind, name) in _open:
        _open[kind, name].close()
    _open[kind, name] = lab


def forget(lab) -> None:
    """Lets go of a lab that is closed; its name stays with a later one."""
    for key in [key for key, one in _open.items() if one is lab]:
        del _open[key]
