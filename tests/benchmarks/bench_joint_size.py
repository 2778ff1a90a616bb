"""How time and memory of the joint model grow with the number of surveys: python bench_joint_size.py [SURVEYS ...]."""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise, product

import numpy as np
import pandas as pd

from crosswave.models.joint import posterior
from crosswave.models.mixed import design_of, restricted
from crosswave.models.small_samples import fixed_effects

ITEMS, EACH, PER_HOUSE = 200, 10, 5
FEW, WHOLE = 30, "posterior, answers, REML, Kenward-Roger, CR2"
FREE = ("survey", "house", "figure")


def made(surveys: int) -> pd.DataFrame:
    """Return invented figures of so many surveys, each with ten of 200 items (of 14 if few), five surveys a house."""
    items = ITEMS if surveys > FEW else 14
    rng = np.random.default_rng(1)
    house = rng.integers(0, max(1, surveys // PER_HOUSE), surveys)
    item = np.concatenate([rng.choice(items, EACH, replace=False) for _ in range(surveys)])
    survey = np.repeat(np.arange(surveys), EACH)
    own = (rng.normal(0, sd, size) for sd, size in ((0.5, items), (0.3, surveys), (0.2, surveys), (0.4, len(item))))
    level, by_house, by_survey, error = own
    y = level[item] + by_house[house[survey]] + by_survey[survey] + error
    date = rng.uniform(2010, 2025, surveys)[survey]
    columns = {"item": item, "survey": survey, "house": house[survey], "date": date, "logit": y, "variance": 0.01}
    return pd.DataFrame(columns)


def measured(surveys: int, what: str) -> tuple[float, float, str]:
    """Return CPU seconds, the peak of memory in MB, and what was found."""
    figures, start = made(surveys), time.process_time()
    if what == "REML":
        found = str(restricted(design_of(figures, years=(2017, 2020)), FREE))
    elif what == WHOLE:
        one, design = posterior(figures), design_of(figures, years=(2017, 2020))
        one.levels(), one.changes(2017, 2020, margin=5), one.above(2020)
        errors = fixed_effects(design, restricted(design, FREE), figures["house"]).loc["slope"]
        found = f"first {one.ranking(2020)['item'][0]}, slope {errors['estimate']:.3f} ({errors['kr_error']:.3f})"
    else:
        found = f"median spreads {posterior(figures).spreads['median'].round(3).tolist()}"
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found


def main() -> None:
    """Print a line for each size and estimator, each in a process of its own, and how they grow with the surveys."""
    sizes, times = [int(one) for one in sys.argv[1:]] or [FEW, 625, 2500, 10_000], {}
    for surveys, what in product(sizes, ("REML", "posterior", WHOLE)):
        if (what == WHOLE) != (surveys <= FEW):
            continue
        with ProcessPoolExecutor(1) as pool:
            seconds, memory, found = pool.submit(measured, surveys, what).result()
        line = f"{surveys:6d} surveys, {surveys * EACH} figures, {what}: {seconds:.1f} s, {memory:.0f} MB"
        print(f"{line}; {found}", flush=True)
        times.setdefault(what, []).append((surveys, seconds))
    for what, one in times.items():
        for (few, short), (many, long) in pairwise(one):
            print(f"{what}: {many / few:.0f} times the surveys, {long / short:.1f} times the time")


if __name__ == "__main__":
    main()
