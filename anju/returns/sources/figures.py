"""What targets and figures say for a return."""

from collections.abc import Collection

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.levels import LEVELS
from anju.figures.figure import Figure
from anju.figures.queries import current
from anju.quantities import unit_of_measure


class RegionNumbers:
    """Targets and figures of a region for a period, read together when asked for.

    A target is the one of the period's year, of the nearest level that set one; a figure the one of the period itself.
    """

    def __init__(self, user: Actor, region: Region, period: str, wanted: Collection[tuple[str, str, str]]) -> None:
        """wanted: (kind, code, calibre) with kind "target" or "measure"."""
        self.region, self.period, self.year = region, period, periods.period_year(period)
        codes = {code for kind, code, _ in wanted if kind == "target"}
        self.plans = {}
        asking = [measure for measure in current.find_measures(user).values() if measure.target_of_id in codes]
        for measure in sorted(asking, key=lambda one: (one.of_id is None, -one.order)):
            self.plans[measure.target_of_id] = measure.code  # the whole target is last, after its breakdowns
        known = set(current.find_measures(user, [code for kind, code, _ in wanted if kind == "measure"]))
        keys = [f"{self.plans[c]}:{level}" for c in codes & set(self.plans) for level in ("", *LEVELS)]
        keys += [f"{code}:{calibre}" for kind, code, calibre in wanted if kind == "measure" and code in known]
        self.found = (
            current.current_figures(user, keys, [region], list(dict.fromkeys([period, self.year]))) if keys else None
        )
        self.known = known

    def target(self, code: str, calibre: str = "") -> Figure | None:
        if code not in self.plans:
            return None
        for level in [calibre] if calibre else ["", *reversed(LEVELS)]:  # of several levels' targets the nearest binds
            one = self.found(self.plans[code], self.region, self.year, level)
            if one.observation_id is not None:
                return one
        return None

    def measure(self, code: str, calibre: str = "") -> Figure | None:
        return self.found(code, self.region, self.period, calibre) if code in self.known else None


def figure_in_base_units(figure: Figure | None, unit_name: str) -> int | None:
    """The figure in base units when it is known, whole and of the same family (套 and 户 count one for one)."""
    if figure is None or figure.exact is None or figure.exact.denominator != 1:
        return None
    same = unit_of_measure(figure.unit).family == unit_of_measure(unit_name).family or {figure.unit, unit_name} <= {
        "套",
        "户",
    }
    return int(figure.exact) if same else None
