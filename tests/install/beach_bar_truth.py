"""Solve experiments/plugin/beach_bar.yaml once more, without throng, and compare the record of a run with it.

    beach_bar_truth.py JAM RUN_JSON

The regularised equilibrium is the law μ that stays where it is under the soft-optimal policy at μ,
    π(a|s) = exp((q(s,a) - V(s))/η),  V(s) = η log Σ_a exp(q(s,a)/η),  q = r + γ P V,
found here by slow steps of μ. Compared is the exploitability of its policy, ⟨μ, V* - J^π⟩ with the unregularised
values at μ, which no stop rule of the run brings to zero. It depends on the error of π to first order, so that a run
that stops at a regularised exploitability of 1e-12 has it to about 1e-6. Python's standard library only.
"""

import json
import math
import sys

PLACES, GAMMA, ETA = 11, 0.9, 0.5
STEPS = (-1, 0, 1)
BAR = PLACES // 2


def transitions(mu, jam):
    """P[s][a], a list of (successor, probability)."""
    table = []
    for s in range(PLACES):
        stuck = min(1.0, jam * mu[s])
        table.append([[((s + step) % PLACES, 1 - stuck), (s, stuck)] if step else [(s, 1.0)] for step in STEPS])
    return table


def rewards(mu):
    away = [min(abs(s - BAR), PLACES - abs(s - BAR)) / PLACES for s in range(PLACES)]
    return [[-away[s] - math.log(max(mu[s], 1e-12)) - (0.05 if step else 0.0) for step in STEPS]
            for s in range(PLACES)]


def backup(p, r, value):
    return [[r[s][a] + GAMMA * sum(x * value[t] for t, x in p[s][a]) for a in range(3)] for s in range(PLACES)]


def soft_max(q):
    top = max(q)
    return top + ETA * math.log(sum(math.exp((x - top) / ETA) for x in q))


def iterate(step, value):
    """The fixed point of a contraction, to an error of 1e-11."""
    while True:
        following = step(value)
        change = max(abs(x - y) for x, y in zip(following, value))
        value = following
        if change < 1e-12:
            return value


def solve(jam):
    """The equilibrium's law and policy."""
    mu, value, change = [1.0 / PLACES] * PLACES, [0.0] * PLACES, 1.0
    while change > 1e-12:
        p, r = transitions(mu, jam), rewards(mu)
        value = iterate(lambda v: [soft_max(q) for q in backup(p, r, v)], value)
        pi = [[math.exp((x - v) / ETA) for x in q] for q, v in zip(backup(p, r, value), value)]
        pushed = [0.0] * PLACES
        for s in range(PLACES):
            for a in range(3):
                for t, x in p[s][a]:
                    pushed[t] += mu[s] * pi[s][a] * x
        change = sum(abs(x - y) for x, y in zip(pushed, mu))
        mu = [0.9 * x + 0.1 * y for x, y in zip(mu, pushed)]
    return mu, pi


def exploitability(mu, pi, jam):
    p, r = transitions(mu, jam), rewards(mu)
    best = iterate(lambda v: [max(q) for q in backup(p, r, v)], [0.0] * PLACES)
    held = iterate(lambda v: [sum(x * y for x, y in zip(law, q)) for law, q in zip(pi, backup(p, r, v))],
                   [0.0] * PLACES)
    return sum(m * (b - h) for m, b, h in zip(mu, best, held))


def main():
    jam, path = float(sys.argv[1]), sys.argv[2]
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    truth = exploitability(*solve(jam), jam)
    found = record["metrics"]["exploitability"]
    print(f"jam {jam}: exploitability {found:.9g}, expected {truth:.9g}; {record['stop_reason']}")
    if record["status"] != "converged" or abs(found - truth) > 2e-6 * truth:
        sys.exit("this is not the equilibrium")


if __name__ == "__main__":
    main()
