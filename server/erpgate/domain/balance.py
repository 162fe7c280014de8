"""Moving cents between the cells of a document, so that its total comes out although a cell's own cannot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from erpgate.domain.cells import Cell, Pieces

_SHIFTS: Final = (-1, 1, -2, 2, -3, 3)
_STATES_KEPT: Final = 41
_CELLS_ASKED: Final = 24


@dataclass(frozen=True, slots=True)
class _State:
    """A way to reach a shift of the document: which pieces stand for which cell instead of its own."""

    moved: int
    cell: int = -1
    pieces: Pieces = ()
    before: "_State | None" = None


def reachable(cells: Sequence[Cell], wanted: frozenset[int]) -> Mapping[int, Pieces]:
    """Totals that the document can have, as shifts from the sum of its cells' totals, each with its lines.

    Cells that reach their own total keep it. Those that cannot must move; others move only while a wanted shift is
    missing, the largest first, on whom a cent weighs least. The search keeps the shifts closest to 0, moves as few
    cents as it can, and is bounded and deterministic: what it does not find is not proved to be out of reach.

    Args:
        cells: Of the document.
        wanted: Shifts that end the search once they are all reachable.
    """
    own = [cell.at(0) for cell in cells]
    states = {0: _State(0)}
    for index, pieces in enumerate(own):
        if pieces is None:
            states = _extended(states, index, _moves(cells[index]))
    settled = [index for index, pieces in enumerate(own) if pieces is not None and cells[index].total > 0]
    for index in sorted(settled, key=lambda index: -cells[index].total)[:_CELLS_ASKED]:
        if wanted <= states.keys():
            break
        states = _extended(states, index, {0: own[index] or (), **_moves(cells[index])})
    return {shift: _assembled(own, state) for shift, state in states.items()}


def _moves(cell: Cell) -> dict[int, Pieces]:
    """Nearby shifts that the cell can make; where there are none on a side, the nearest one, however far."""
    moves = {shift: pieces for shift in _SHIFTS if (pieces := cell.at(shift)) is not None}
    for shift in cell.nearest():
        same_side = any(shift * other > 0 for other in moves)
        if shift and not same_side and (pieces := cell.at(shift)) is not None:
            moves[shift] = pieces
    return moves


def _extended(states: Mapping[int, _State], cell: int, moves: Mapping[int, Pieces]) -> dict[int, _State]:
    """The states after one more cell made one of its moves."""
    extended: dict[int, _State] = {}
    for shift, state in states.items():
        for move, pieces in moves.items():
            moved = state.moved + abs(move)
            known = extended.get(shift + move)
            if known is None or moved < known.moved:
                after = _State(moved, cell, pieces, state) if move else state
                extended[shift + move] = after
    closest = sorted(extended, key=lambda shift: (abs(shift), shift))[:_STATES_KEPT]
    return {shift: extended[shift] for shift in closest}


def _assembled(own: Iterable[Pieces | None], state: _State) -> Pieces:
    chosen = dict(enumerate(own))
    step: _State | None = state
    while step is not None and step.before is not None:
        chosen[step.cell] = step.pieces
        step = step.before
    pieces = [piece for cell_pieces in chosen.values() for piece in cell_pieces or ()]
    return tuple(sorted(pieces, key=lambda piece: piece.goal))
