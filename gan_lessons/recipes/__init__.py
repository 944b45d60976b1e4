"""Experiments by name, and remedies."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "recipe": "Recipe",
    "toys": (
        "aylien_head aylien_blog aylien_minibatch aylien_minibatch_deep aylien_two_layers dev_nag_moments "
        "dev_nag_raw dev_nag_squared_differences dev_nag_differences dev_nag_first steady ring grid wide_ring "
        "metz_ring gan_lab_gaussians gan_lab_disjoint gan_lab_line gan_lab_ring"
    ),
    "digits": "mlp_gan tutorial_dcgan lean_dcgan shipped_dcgan going_on plane_gan conditional_dcgan infogan_digits",
    "pictures": "shapes_dcgan",
    "stacked": "stacked_dcgan stacked_usual",
    "autoencoders": ("AutoencoderRecipe autoencoder vae wide_autoencoder wide_vae binary_vae adversarial_autoencoder"),
    "conditional": (
        "bells wide_grid cgan_line cgan_ring cgan_grid projection_line projection_ring projection_grid acgan_line "
        "acgan_ring acgan_grid infogan_line infogan_ring infogan_grid"
    ),
    "breakdowns": "overpowered_d overpowered_g trash_images",
    "remedies": "Remedy",
    "choices": "",
    "comparison": "",
    "fair_digits": "",
    "small_sets": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
