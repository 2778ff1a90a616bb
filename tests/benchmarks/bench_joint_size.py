"""How time and memory of the joint model grow with the number of surveys: python bench_joint_size.py [SURVEYS ...]."""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from crosswave.models.joint import posterior
from crosswave.models.mixed import design_of, restricted

ITEMS, EACH, PER_HOUSE = 200, 10, 5
FREE = ("survey", "house", "figure")


def made(surveys: int) -> pd.DataFrame:
    """Return invented figures of so many surveys, each with ten of two hundred items, five surveys a house."""
    rng = np.random.default_rng(1)
    house = rng.integers(0, max(1, surveys // PER_HOUSE), surveys)
    item = np.concatenate([rng.choice(ITEMS, EACH, replace=False) for _ in range(surveys)])
    survey = np.repeat(np.arange(surveys), EACH)
    own = (rng.normal(0, sd, size) for sd, size in ((0.5, ITEMS), (0.3, surveys), (0.2, surveys), (0.4, len(item))))
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
    else:
        found = f"median spreads {posterior(figures).spreads['median'].round(3).tolist()}"
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found


def main() -> None:
    """Print a line for each size and estimator, each in a process of its own."""
    for surveys in [int(one) for one in sys.argv[1:]] or [100, 1000, 2500, 5000, 10_000]:
        for what in ("REML", "posterior"):
            with ProcessPoolExecutor(1) as pool:
                seconds, memory, found = pool.submit(measured, surveys, what).result()
            line = f"{surveys:6d} surveys, {surveys * EACH} figures, {what}: {seconds:.1f} s, {memory:.0f} MB"
            print(f"{line}; {found}", flush=True)


if __name__ == "__main__":
    main()
