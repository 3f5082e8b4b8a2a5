"""Write ring.h5: six places on a ring, one of which everybody likes, as a table for throng.

The actions are left, stay, right; with probability 0.1 a step fails. Being at place s pays
    r(s, a, μ) = appeal(s) - 0.1·1[a steps] - 0.5 log μ(s) - μ(s-1) - μ(s+1):
places are worse the more people are there (κ = 0.5) and the more are next door (W).
"""

from pathlib import Path

import numpy as np
from throng_analysis import write_game

PLACES, STEPS = 6, (-1, 0, 1)

transitions = np.zeros((PLACES, len(STEPS), PLACES))  # P(s'|s,a)
reward = np.zeros((PLACES, len(STEPS)))
interaction = np.zeros((PLACES, PLACES))  # W

for s in range(PLACES):
    for a, step in enumerate(STEPS):
        transitions[s, a, (s + step) % PLACES] += 0.9
        transitions[s, a, s] += 0.1
        reward[s, a] = (1.0 if s == 0 else 0.0) - 0.1 * abs(step)
    interaction[s, (s - 1) % PLACES] = interaction[s, (s + 1) % PLACES] = -1.0

write_game(
    Path(__file__).with_name("ring.h5"),
    transitions,
    reward,
    crowd_aversion=0.5,
    interaction=interaction,
)
