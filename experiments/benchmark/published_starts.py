"""The policies that the runs of the public benchmark started from, drawn again.

The benchmark seeds NumPy's legacy generator and draws the logits of its first policy, U(-1,1) for
each state and action, row by row. This writes the policies as files for `initial_policy: {type:
file}`. It needs h5py, which the analysis package brings:

    analysis/.venv/bin/python experiments/benchmark/published_starts.py FOLDER
"""

import argparse
import math
import pathlib
import random

SEEDS = (42, 10, 111, 1032)
TEMPERATURE = 0.2

# For each cell of the 11 x 11 grid, row by row: is it free? Walls get logits, too.
DOORS = {(2, 5), (8, 5), (5, 8), (5, 2)}
FOUR_ROOMS = [
    5 not in (row, column) or (row, column) in DOORS for row in range(11) for column in range(11)
]

# The states, True for those that are states here, and the number of actions.
GAMES = {
    "lasry_lions_chain": ([True] * 7, 3),
    "no_interaction_chain": ([True] * 7, 3),
    "four_rooms": (FOUR_ROOMS, 5),
    "rock_paper_scissors": ([True] * 3, 3),
    "sis_epidemic": ([True] * 2, 5),
    "kinetic_congestion": ([True] * 25, 5),
    "multiple_equilibria_chain": ([True] * 7, 3),
    "contraction_game": ([True] * 2, 2),
}


def generator(seed):
    """Set a Mersenne twister as numpy.random.seed(seed) does, by Knuth's recursion."""
    words = []
    word = seed
    for i in range(624):
        words.append(word)
        word = (1812433253 * (word ^ (word >> 30)) + i + 1) & 0xFFFFFFFF
    numbers = random.Random()
    numbers.setstate((3, (*words, 624), None))
    return numbers


def published_start(game, seed):
    """Return the policy softmax(logits/0.2), [S][A], of the run with this seed."""
    states, actions = GAMES[game]
    numbers = generator(seed)
    policy = []
    for is_state in states:
        weights = [math.exp((2 * numbers.random() - 1) / TEMPERATURE) for _ in range(actions)]
        if is_state:
            policy.append([weight / sum(weights) for weight in weights])
    return policy


def main():
    """Write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="where the files go")
    folder = parser.parse_args().folder
    import h5py  # here, so that --help works without it

    folder.mkdir(parents=True, exist_ok=True)
    for game in GAMES:
        for seed in SEEDS:
            with h5py.File(folder / f"{game}-{seed}.h5", "w") as file:
                file["policy"] = published_start(game, seed)
    print(f"{len(GAMES) * len(SEEDS)} policies in {folder}")


if __name__ == "__main__":
    main()
