"""A regression of counts whose shares vary between surveys by a beta law."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, gammaln

from crosswave.arguments import FloatArray
from crosswave.models.glmm import Counts, LikelihoodFit, log_choose, maximised

# Below this spread the model is the binomial one to the last digit of a double.
_NARROWEST = 1e-14
_LARGE = 1e3


def beta_binomial(data: Counts, *, law: str = "normal", alpha: float = 0.05) -> LikelihoodFit:
    """Return the beta-binomial model: x_i binomial, its share beta around the design.

    Parameters
    ----------
    data : Counts
        Of k waves, see `crosswave.models.glmm.counts_on`.
    law : {"normal", "t"}
        Of the Wald intervals.
    alpha : float
        Error rate in (0, 1).

    Raises
    ------
    ValueError
        If an argument is out of range, or the likelihood has no maximum that can be found.

    Notes
    -----
    x_i ~ Bin(n_i, p_i), p_i ~ Beta(m_i / s^2, (1 - m_i) / s^2), logit m_i = z_i'b; two answers of one survey have the
    correlation rho = s^2 / (1 + s^2). The likelihood is even in s, so that it is maximised over all real s.
    Coefficients are those of the average survey's share, hence nearer to 0 than those of the binomial-normal model.
    statsmodels has no beta-binomial family.

    References
    ----------
    Williams (1975), doi:10.2307/2529820; Kleinman (1973), doi:10.1080/01621459.1973.10481332.

    Examples
    --------
    dat.pritz1997 of metafor; VGAM 1.1-7: vglm(cbind(x, n - x) ~ 1, betabinomial):

    >>> from crosswave.models.glmm import counts_on
    >>> x = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
    >>> n = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
    >>> fit = beta_binomial(counts_on(x, n, np.ones((14, 1))))
    >>> f"{fit.coefficients[0]:.4f} {fit.dispersion:.4f}"
    '1.2353 0.0914'
    """
    constant = float(log_choose(data).sum())

    def log_likelihood(parameters: FloatArray) -> float:
        mean, size = expit(data.design @ parameters[:-1]), 1 / max(float(parameters[-1]) ** 2, _NARROWEST)
        yes = _log_rising(mean * size, data.yes)
        no = _log_rising((1 - mean) * size, data.bases - data.yes)
        everyone = _log_rising(np.full_like(mean, size), data.bases)
        return constant + float((yes + no - everyone).sum())

    return maximised(log_likelihood, data, dispersion=lambda s: s**2 / (1 + s**2), law=law, alpha=alpha)


def _log_rising(start: FloatArray, steps: FloatArray) -> FloatArray:
    """log Gamma(z + x) - log Gamma(z); for large z from Stirling's series, where the difference would lose digits."""
    large = start > _LARGE
    z, small = np.where(large, start, _LARGE), np.where(large, 1.0, start)
    far = z + steps
    series = (z - 0.5) * np.log1p(steps / z) + steps * np.log(far) - steps + (1 / far - 1 / z) / 12
    return np.where(large, series - (1 / far**3 - 1 / z**3) / 360, gammaln(small + steps) - gammaln(small))
