"""What players minimise: objectives, penalties, and the step that both see."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "objectives": (
        "Objective FromLogits LabelSmoothing minimax non_saturating least_squares hinge wasserstein relativistic "
        "feature_matching cross_entropy_d minimax_g non_saturating_g least_squares_d least_squares_g hinge_d "
        "wasserstein_d wasserstein_g relativistic_d relativistic_g feature_matching_g"
    ),
    "penalties": "Penalty R1 R2 GradientPenalty",
    "consensus": "Consensus squared_field",
    "conditional": "CGAN ProjectionGAN ACGAN InfoGAN naming_error",
    "step": "Step",
    "committee": "",
    "autoencoding": (
        "NegativeELBO squared_error cross_entropy gaussian_kl log_normal reconstruction adversarial_autoencoding"
    ),
}
__getattr__, __dir__ = offer(__name__, OFFERED)
