"""A sampler's posterior of the joint model, for tests/test_battery_model.py: writes joint_sampler.csv beside it.

numpyro 0.22.0, jax 0.10.2 (an environment of its own); NUTS, seed 1, four chains one after the other.
"""

from pathlib import Path

import jax
import numpy as np
import numpyro
import numpyro.distributions as dist
import pandas as pd
from numpyro.infer import MCMC, NUTS

HERE = Path(__file__).parent
SCALES = {"survey": 0.5, "house": 0.5, "figure": 0.5, "slope": 0.15, "year": 0.25}


def model(item, survey, house, year, t, sizes, y, v):
    """The model of METHODS.md, answers of the same people uncorrelated, flat levels and slope."""
    sd = {name: numpyro.sample(name, dist.HalfNormal(scale)) for name, scale in SCALES.items()}
    z = {name: numpyro.sample(f"z_{name}", dist.Normal(0, 1).expand([sizes[name]])) for name in sizes if name != "item"}
    level = numpyro.sample("level", dist.ImproperUniform(dist.constraints.real, (), (sizes["item"],)))
    slope = numpyro.sample("mean_slope", dist.ImproperUniform(dist.constraints.real, (), ()))
    mean = level[item] + (slope + sd["slope"] * z["slope"][item]) * t + sd["year"] * z["year"][year]
    mean += sd["survey"] * z["survey"][survey] + sd["house"] * z["house"][house]
    numpyro.sample("y", dist.Normal(mean, (v + sd["figure"] ** 2) ** 0.5), obs=y)


def main() -> None:
    """Sample and write mean and Monte Carlo error of levels, changes, spreads and of being first."""
    frame = pd.read_csv(HERE / "barriers_34.csv")
    coded = {name: pd.factorize(frame[name]) for name in ("item", "survey", "house")}
    calendar = np.floor(frame["t"] + 2018.5).astype(int)
    years = sorted({*calendar, 2017, 2018, 2019, 2020})
    sizes = {name: len(names) for name, (_, names) in coded.items()}
    sizes |= {"slope": sizes["item"], "year": len(years)}
    places = {name: codes for name, (codes, _) in coded.items()} | {"year": np.searchsorted(years, calendar)}
    chains = MCMC(
        NUTS(model, target_accept_prob=0.95), num_warmup=1000, num_samples=2500, num_chains=4, progress_bar=False,
        chain_method="sequential",
    )  # fmt: skip
    data = {"t": frame["t"].to_numpy(), "y": frame["y"].to_numpy(), "v": frame["v"].to_numpy()}
    chains.run(jax.random.PRNGKey(1), **places, sizes=sizes, **data)
    drawn = {name: np.asarray(value) for name, value in chains.get_samples(group_by_chain=True).items()}
    slopes = drawn["mean_slope"][..., None] + drawn["slope"][..., None] * drawn["z_slope"]

    def level(year: int) -> np.ndarray:
        own = drawn["year"] * drawn["z_year"][..., years.index(year)]
        return 100 / (1 + np.exp(-(drawn["level"] + slopes * (year + 0.5 - 2018.5) + own[..., None])))

    quantities = {}
    for k, name in enumerate(coded["item"][1]):
        quantities[f"level.{name}"] = level(2020)[..., k]
        quantities[f"change.{name}"] = level(2020)[..., k] - level(2017)[..., k]
        quantities[f"first.{name}"] = (level(2020).argmax(axis=-1) == k).astype(float)
    quantities |= {f"spread.{name}": drawn[name] for name in SCALES}
    rows = []
    for name, value in quantities.items():
        effective = float(numpyro.diagnostics.effective_sample_size(value)) if np.ptp(value) else value.size
        rows.append((name, value.mean(), value.std(), value.std() / effective**0.5, effective))
    table = pd.DataFrame(rows, columns=["quantity", "mean", "sd", "error", "effective"])
    table.round(5).to_csv(HERE / "joint_sampler.csv", index=False)


if __name__ == "__main__":
    main()
