"""Networks: layers with a runs axis, what is made of them, and the remedies inside of D."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "protocol": "Network Offers",
    "architecture": "Architecture",
    "mlp": "MLP Perceptron",
    "layers": "Linear SpectralLinear BatchNorm normal_init torch_init spread_init",
    "minibatch_discrimination": "Minibatch MinibatchDiscrimination",
    "packed": "Packed",
    "conditional": "Conditional Projection FurtherOutputs",
    "trunk_and_head": "TrunkAndHead",
    "conditioning": "Conditioning",
    "committee": "Discriminators Generators",
    "whole_batch": "WholeBatch raw squared_differences differences batch_moments feature_width",
    "dcgan": "DCGAN DigitMLP PlainNetwork CategoricalCode mlp_g mlp_d dcgan_g dcgan_d dcgan_init he_init",
    "classifier": "Classifier judge",
    "autoencoder": "Autoencoder VAE Posterior FromNoise",
    "principal_components": "PrincipalComponents",
    "weights": "",
    "stages": "Stage",
    "surface": "company",
    "asking": "Asking",
    "latent_space": "plane straight interpolate walk walked generate directions",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
