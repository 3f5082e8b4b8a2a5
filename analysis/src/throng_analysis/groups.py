"""Put the runs of a sweep into groups of equal settings, the seeds of one setting together."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from throng_analysis.errors import InputError
from throng_analysis.labels import ASIDE, SEED, differing, setting_label
from throng_analysis.scan import Entry
from throng_analysis.table import parameters_of

# Keys that change nothing in a run.
WITHOUT_EFFECT = ("output.", "name")
# Digits that numbers have in a label, or more where fewer do not tell them apart.
DIGITS = 3
Setting = dict[str, object]  # dotted key → value, fully resolved as far as it is known


@dataclass
class SeedGroup:
    """The runs of one setting."""

    setting: Setting  # of the keys by which runs are grouped; without those it does not have
    entries: list[Entry]
    label: str = ""
    shown: Setting = field(default_factory=dict)  # the setting with numbers as labels have them

    @property
    def good(self) -> list[Entry]:
        """The runs that ended well; means are over these."""
        return [entry for entry in self.entries if entry.good]

    def lacking(self) -> Counter:
        """Return how many of the other runs have which status."""
        return Counter(entry.status for entry in self.entries if not entry.good)


@dataclass
class Grouping:
    """All groups, and what tells them apart."""

    keys: list[str]
    over: list[str]
    groups: list[SeedGroup]
    cautions: list[str]  # what to mind in the means


def group(entries: Sequence[Entry], by: Sequence[str], over: Sequence[str]) -> Grouping:
    """Return the runs grouped by the parameters `by`; by all that differ, but `over`, if empty.

    Raises InputError for a parameter that no run has.
    """
    settings = settings_of(entries, over)
    known = list(dict.fromkeys(key for setting in settings for key in setting))
    if not over:
        over = [SEED]
    over = [key for name in over for key in resolve(name, known, settings)]
    differ = [key for key in _differing(settings) if key not in over]
    keys = [key for name in by for key in resolve(name, known, settings)]
    keys = list(dict.fromkeys(keys)) if by else _telling(settings, differ)
    members: dict[tuple, SeedGroup] = {}
    for entry, setting in zip(entries, settings, strict=True):
        mine = {key: setting[key] for key in keys if setting.get(key) is not None}
        found = members.setdefault(tuple(map(mine.get, keys)), SeedGroup(mine, []))
        found.entries.append(entry)
    groups = sorted(members.values(), key=lambda one: _rank(one.setting, keys))
    _label(groups, keys)
    cautions = _averaged(settings, [key for key in differ if key not in keys] if by else [])
    cautions = cautions or _repeated(groups, entries, settings, over)
    return Grouping(keys, over, groups, cautions)


def resolve(name: str, known: Sequence[str], settings: Sequence[Setting]) -> list[str]:
    """Return the parameter of that name, or those below it that differ; InputError if none."""
    if name in known:
        return [name]
    below = [key for key in known if key.startswith(f"{name}.")]
    if below:
        differ = set(_differing(settings))
        return [key for key in below if key in differ] or below[:1]
    near = difflib.get_close_matches(name, known, 3, 0.5)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    differ = ", ".join(_differing(settings)) or "none"
    raise InputError(f"{name}: no run has this parameter; {meant}those that differ: {differ}")


def settings_of(entries: Sequence[Entry], over: Sequence[str] = ()) -> list[Setting]:
    """Return the parameters of each run; those of runs without a record as far as others tell.

    Such a run gets what the plan says of it, and the rest from a run that has the same axes but
    for `over`, or else what all runs of its experiment and solver agree upon.
    """
    settings = parameters_of(entries)
    twins: dict[tuple, Setting] = {}
    alike = defaultdict(list)
    for entry, setting in zip(entries, settings, strict=True):
        if entry.resolved:
            twins.setdefault(_axes(entry, over), setting)
            alike[_kind(entry, setting)].append(setting)
            alike[_kind(entry, {})].append(setting)
    common = {kind: _common(members) for kind, members in alike.items()}
    left_out = {*over, SEED}
    for index, entry in enumerate(entries):
        if not entry.resolved:
            own = settings[index]
            more = twins.get(_axes(entry, over)) or common.get(_kind(entry, own), {})
            settings[index] = {k: v for k, v in more.items() if k not in left_out} | own
    return settings


def _axes(entry: Entry, over: Sequence[str]) -> tuple:
    axes = entry.experiment.plan[entry.run_id].axes if entry.planned else {"": entry.run_id}
    left_out = {*over, SEED}
    return (id(entry.experiment), *(repr(item) for item in axes.items() if item[0] not in left_out))


def _kind(entry: Entry, setting: Setting) -> tuple:
    return (id(entry.experiment), setting.get("solver.type"))


def _common(settings: Sequence[Setting]) -> Setting:
    first, *others = settings
    return {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }


def _differing(settings: Sequence[Setting]) -> list[str]:
    """Return the parameters in which runs differ, the solver first."""
    solvers = {setting.get("solver.type") for setting in settings}
    keys = (["solver.type"] if len(solvers) > 1 else []) + differing(list(settings))
    return [key for key in keys if not key.startswith(WITHOUT_EFFECT)]


def _telling(settings: Sequence[Setting], keys: list[str]) -> list[str]:
    """Return the keys without those on the side that tell no two settings apart that others do not.

    Such are the iterations of runs whose temperature differs as well.
    """

    def count(kept: Sequence[str]) -> int:
        return len({tuple(map(repr, map(setting.get, kept))) for setting in settings})

    for key in [key for key in reversed(keys) if key.startswith(ASIDE)]:
        without = [other for other in keys if other != key]
        if count(without) == count(keys):
            keys = without
    return keys


def _rank(setting: Setting, keys: Sequence[str]) -> list[tuple]:
    """Return what a group is sorted by: numbers by size, texts by letter, nothing first."""
    ranks = []
    for value in map(setting.get, keys):
        if isinstance(value, int | float):
            ranks.append((1, value, ""))
        else:
            ranks.append((0, 0, "") if value is None else (2, 0, str(value)))
    return ranks


def _label(groups: Sequence[SeedGroup], keys: Sequence[str]) -> None:
    """Give each group a label, with numbers as short as tells them apart."""
    digits = {key: _digits([one.setting.get(key) for one in groups]) for key in keys}
    for one in groups:
        one.shown = {
            key: float(f"{value:.{digits[key]}g}") if isinstance(value, float) else value
            for key, value in one.setting.items()
        }
        one.label = setting_label(one.shown, keys)


def _digits(values: Sequence[object]) -> int:
    numbers = {value for value in values if isinstance(value, float)}
    digits = DIGITS
    while digits < 17 and len({f"{value:.{digits}g}" for value in numbers}) < len(numbers):
        digits += 1
    return digits


def _averaged(settings: Sequence[Setting], keys: Sequence[str]) -> list[str]:
    if not keys:
        return []
    return [
        f"the means are also over {', '.join(keys)}, in which the runs differ; "
        "name them with --by to keep them apart"
    ]


def _repeated(
    groups: Sequence[SeedGroup], entries: Sequence[Entry], settings: Sequence[Setting], over: list
) -> list[str]:
    """Say which groups have a seed twice, whose runs are no independent samples."""
    of = {id(entry): setting for entry, setting in zip(entries, settings, strict=True)}
    cautions = []
    for one in groups:
        seen = Counter(tuple(of[id(entry)].get(key) for key in over) for entry in one.good)
        twice = [values for values, count in seen.items() if count > 1]
        if twice:
            words = ", ".join(f"{key} {value}" for key, value in zip(over, twice[0], strict=True))
            cautions.append(
                f"{one.label}: {words} is there {seen[twice[0]]} times, so its runs are not "
                "independent and the interval is too narrow"
            )
    return cautions
