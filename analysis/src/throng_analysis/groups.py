"""Put the runs of a sweep into groups of equal settings, the seeds of one setting together."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from throng_analysis.errors import InputError
from throng_analysis.labels import (
    ASIDE,
    SEED,
    SOLVER,
    differing,
    number_words,
    pooled_words,
    setting_label,
    some_of,
)
from throng_analysis.scan import Entry
from throng_analysis.statistics import ARITHMETIC, Spread
from throng_analysis.summary import several
from throng_analysis.table import parameters_of

# Keys that change nothing in a run.
WITHOUT_EFFECT = ("output.", "name")
# A number of more letters than this is rounded in a label, to so many digits or more: until its
# distances from 0 and from 1 change by no more than so large a part, and all values differ.
LETTERS, DIGITS, LOSS = 6, 3, 0.01
Setting = dict[str, object]  # dotted key → value, fully resolved as far as it is known


@dataclass
class SeedGroup:
    """The runs of one setting."""

    setting: Setting  # of the keys by which runs are grouped; without those it does not have
    entries: list[Entry]
    label: str = ""
    shown: Setting = field(default_factory=dict)  # the setting with numbers as labels have them
    pooled: list[str] = field(default_factory=list)  # parameters in which the runs differ as well
    sample: str = SEED  # the seed: runs that have the same are no independent samples

    @property
    def good(self) -> list[Entry]:
        """The runs that ended well; means are over these."""
        return [entry for entry in self.entries if entry.good]

    @property
    def seeds(self) -> list[object]:
        """The seed of each good run."""
        return [entry.parameters.get(self.sample) for entry in self.good]

    def spread(self, name: str, mean: str = ARITHMETIC) -> Spread:
        """Return the spread of a number such as 'final.exploitability' over the good runs."""
        return Spread.of([entry.numbers.get(name) for entry in self.good], mean, self.seeds)

    def words(self, keys: Sequence[str]) -> str:
        """Return the parameters `keys` as a label has them, and what the runs are taken over."""
        pooled = [pooled_words(self.pooled)] if self.pooled else []
        return ", ".join([setting_label(self.shown, keys)] * bool(keys or not pooled) + pooled)

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

    @property
    def pooled(self) -> list[str]:
        """The parameters that some means are over, besides those of `over`."""
        return list(dict.fromkeys(key for one in self.groups for key in one.pooled))

    @property
    def averaging(self) -> str:
        """In words: what the means are over."""
        first = [f"over {' and '.join(self.over)}"] if self.over else []
        within = "within each seed " if self.over else ""
        also = [f"{within}over {', '.join(self.pooled)}"] if self.pooled else []
        return ", and ".join(first + also) or "of the runs"


def group(entries: Sequence[Entry], by: Sequence[str], over: Sequence[str]) -> Grouping:
    """Return the runs grouped by the parameters `by`; by all that differ, but `over`, if empty.

    Runs of which nobody knows the parameters are in no group. A parameter of a solver that not
    every run has brings the solver with it. Raises InputError for a parameter that no run has, and
    for one that is in both `by` and `over`.
    """
    unknown = [entry for entry in entries if not entry.known]
    entries = [entry for entry in entries if entry.known]
    if not entries:
        return Grouping([], [], [], _of_no_group(unknown))
    settings = settings_of(entries, over)
    known = list(dict.fromkeys(key for setting in settings for key in setting))
    keys = [key for name in by for key in resolve(name, known, settings)]
    if not over:
        over = [] if SEED in keys else [SEED]
    over = [key for name in over for key in resolve(name, known, settings)]
    if both := [key for key in keys if key in over]:
        raise InputError(
            f"{both[0]}: named with --by and with --over; a parameter makes groups, or means are "
            "over it"
        )
    differ = [key for key in _differing(settings) if key not in over]
    keys = _with_solver(keys, differ, settings) if by else _telling(settings, differ)
    sample = next((key for key in over if key.split(".")[-1] == SEED), SEED)
    members: dict[tuple, SeedGroup] = {}
    held: dict[int, list[Setting]] = defaultdict(list)
    for entry, setting in zip(entries, settings, strict=True):
        mine = {key: setting[key] for key in keys if setting.get(key) is not None}
        found = members.setdefault(tuple(map(mine.get, keys)), SeedGroup(mine, [], sample=sample))
        found.entries.append(entry)
        held[id(found)].append(setting)
    groups = sorted(members.values(), key=lambda one: _rank(one.setting, keys))
    for one in groups:
        one.pooled = _pooled(held[id(one)], [key for key in differ if key not in keys])
    _label(groups, keys)
    grouping = Grouping(keys, over, groups, _of_no_group(unknown))
    if grouping.pooled:
        grouping.cautions += [
            f"the means are also over {', '.join(grouping.pooled)}, in which runs differ; "
            "name them with --by to keep them apart"
        ]
    grouping.cautions += _repeated(groups, held, differ, over)
    return grouping


def _of_no_group(entries: Sequence[Entry]) -> list[str]:
    """Say which runs are in no group."""
    if not entries:
        return []
    names = some_of([f"{entry.run_id} ({entry.status})" for entry in entries])
    hint = any(entry.planned is False for entry in entries)
    return [
        f"{several(len(entries), 'run')} without a setting, for neither a record nor the plan "
        f"tells the parameters: {names}" + "; `--planned` leaves out what is not planned" * hint
    ]


def is_numeric(groups: Sequence[SeedGroup], key: str) -> bool:
    """Return whether a parameter has several values, all of them numbers."""
    values = {one.setting[key] for one in groups if key in one.setting}
    return len(values) > 1 and all(type(value) in (int, float) for value in values)


def without_mean(grouping: Grouping, name: str, mean: str) -> list[str]:
    """Say which settings have no mean of a number, and why."""
    spreads = [(one.label, one.spread(name, mean)) for one in grouping.groups]
    nothing = [label for label, spread in spreads if not spread.count]
    below = [label for label, spread in spreads if spread.count and spread.mean is None]
    lines = []
    if nothing:
        lines.append(f"without a result: {some_of(nothing)}")
    if below:
        lines.append(f"without a {mean} mean, for a value is not above zero: {some_of(below)}")
    return lines


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


def _with_solver(
    keys: Sequence[str], differ: Sequence[str], settings: Sequence[Setting]
) -> list[str]:
    """Return the keys, each once, with the solver if one of them is of some solvers only."""
    of_some = [
        key
        for key in keys
        if key.startswith("solver.") and any(setting.get(key) is None for setting in settings)
    ]
    first = [SOLVER] if of_some and SOLVER in differ else []
    return list(dict.fromkeys([*first, *keys]))


def _pooled(settings: Sequence[Setting], keys: Sequence[str]) -> list[str]:
    """Return those of `keys` in which runs of one group differ.

    Where they end and the like is left out if something else differs too.
    """
    differ = [key for key in keys if len({repr(setting.get(key)) for setting in settings}) > 1]
    return [key for key in differ if not key.startswith(ASIDE)] or differ


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
    """Give each group a label, with long numbers rounded."""
    shown = {key: _shown([one.setting.get(key) for one in groups]) for key in keys}
    for one in groups:
        one.shown = {key: shown[key][value] for key, value in one.setting.items()}
        one.label = one.words(keys)


def _shown(values: Sequence[object]) -> dict[object, object]:
    """Return each of the values as labels have it: those that are numbers and long are rounded."""
    distinct = set(values)
    for digits in range(DIGITS, 17):
        shown = {value: _rounded(value, digits) for value in distinct}
        if len(set(shown.values())) == len(distinct):
            break
    return shown


def _rounded(value: object, least: int) -> object:
    """Return a long number with `least` digits, or more if those change what it says."""
    if not isinstance(value, float) or len(number_words(value)) <= LETTERS:
        return value
    return next((short for short in _shorter(value, least) if _close(value, short)), value)


def _shorter(value: float, least: int) -> Iterator[float]:
    return (float(f"{value:.{digits}g}") for digits in range(least, 17))


def _close(value: float, rounded: float) -> bool:
    """Return whether a number and its complement to 1, as of a discount, are nearly as before."""
    return abs(value - rounded) <= LOSS * min(abs(value), abs(1 - value))


def _repeated(
    groups: Sequence[SeedGroup],
    held: dict[int, list[Setting]],
    differ: Sequence[str],
    over: Sequence[str],
) -> list[str]:
    """Say which setting has runs with the same parameters and seed, and how many others have."""
    found = []
    for one in groups:
        alike: dict[tuple, list[Setting]] = defaultdict(list)
        for entry, setting in zip(one.entries, held[id(one)], strict=True):
            if entry.good:
                alike[tuple(repr(setting.get(key)) for key in (*differ, *over))].append(setting)
        twice = next((runs for runs in alike.values() if len(runs) > 1), None)
        if twice:
            words = ", ".join(f"{key} {twice[0].get(key)}" for key in over) or "one seed"
            found.append(f"{one.label}: {len(twice)} runs with {words}")
    if not found:
        return []
    others = f", and so in {len(found) - 1} more settings" if len(found) > 1 else ""
    return [f"{found[0]}{others}; runs of one seed are averaged first and count as one"]
