"""What can be known exactly."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "optimal_d": "LOG_4 d_star value_at",
    "divergences": "LOG_2 kl_gaussians w2_gaussians kl jsd w1 w2",
    "pairs": "jsd_of_pairs pairing_value",
    "dirac": "DiracGAN PULLS PENALTIES",
    "kernel_density": "silverman density",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
