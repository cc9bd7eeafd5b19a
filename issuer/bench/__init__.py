"""What is measured, and against what. Every figure is taken in the run that prints it.

Ours and the other's are taken in turn, in the same minute of the same machine: their ratio holds
where the figures do not. What is compared, and by which rules, stands in the docstring of each
file; how a figure becomes a row is in `issuer.bench.rows`.
"""

from collections.abc import Iterator

from issuer.bench import bulk, commands, drawing, issuing, serving, verifying
from issuer.bench.material import Material, material
from issuer.bench.peers import Peers
from issuer.bench.rows import Absent, Comparison, Row, compare

__all__ = ["Absent", "Row", "measure"]


def measure(runs: int) -> Iterator[Row | Absent]:
    """Take every figure `runs` times."""
    with commands.demonstration() as demo:
        yield compare(commands.demo(demo), runs)
        made = material(serving.of_another(demo.badge()))
        with serving.server(demo.data, serving.published(made)) as server:
            for served in serving.comparisons(server, demo.badge(), made.badges[0]):
                yield compare(served, runs)
        with bulk.comparisons(runs) as sealings:
            for many in sealings:
                yield compare(many, runs)
        with Peers.start() as peers:
            for comparison in _comparisons(made, peers):
                if isinstance(comparison, Absent):
                    yield comparison
                else:
                    yield compare(comparison, runs)


def _comparisons(made: Material, peers: Peers) -> Iterator[Comparison | Absent]:
    yield commands.first_verification(made)
    yield from verifying.comparisons(made, peers)
    yield from issuing.comparisons(made, peers)
    yield from drawing.comparisons(made)
