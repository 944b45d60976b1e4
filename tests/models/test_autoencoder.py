"""Autoencoders: shapes, refusals, the linear one beside principal components, and the VAE's sample."""

import pytest
import torch

from gan_lessons._core.randomness import generator, initialize
from gan_lessons.distributions.images import Handwritten
from gan_lessons.models.autoencoder import VAE, Autoencoder, Posterior
from gan_lessons.models.principal_components import PrincipalComponents

DIGITS = Handwritten(first=2000)


def digits(n=50, seed=0):
    return DIGITS.sample((n,), generator(seed, "digits"))


@pytest.mark.parametrize("kind", [Autoencoder, VAE])
@pytest.mark.parametrize("shape", [(7, 784), (1, 7, 784), (7, 1, 28, 28), (784,)])
def test_pictures_go_in_any_shape_and_come_back_in_it(kind, shape):
    network, x = kind(3, (20,)), torch.rand(shape) * 2 - 1
    front = shape[:1] if len(shape) == 4 else shape[:-1]
    z = network.encode(x)
    assert z.shape == (*front, 3) and network(x).shape == x.shape
    assert network.decode(z).shape == (*front, 1, 28, 28) and network.decode(z).abs().max() <= 1
    torch.testing.assert_close(network(x).flatten(), network.decode(z).flatten())


def test_shape_of_a_picture_does_not_matter():
    network, x = VAE(2, (20,)), digits(5)
    torch.testing.assert_close(network.encode(x), network.encode(x.view(5, 1, 28, 28)))


@pytest.mark.parametrize("x", [torch.zeros(5, 28, 28), torch.zeros(5, 1, 14, 56), torch.zeros(3)])
def test_other_shapes_are_refused(x):
    with pytest.raises(ValueError, match=r"x must be pictures of shape .* not \("):
        Autoencoder(2).encode(x)


def test_codes_of_other_size_are_refused():
    with pytest.raises(ValueError, match=r"z must be codes of shape \(\.\.\., 2\), not \(4, 3\)"):
        Autoencoder(2).decode(torch.zeros(4, 3))
    with pytest.raises(ValueError, match="latent must be a whole number of at least 1, not 0"):
        VAE(0)


def test_making_one_draws_nothing_from_torchs_own_seed():
    before = torch.random.get_rng_state()
    VAE(2)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_sample_of_q_has_its_mean_and_its_spread():
    mean, log_var = torch.tensor([1.0, -2.0]), torch.tensor([0.5, -3.0])
    z = Posterior(mean, log_var).at(torch.randn(200_000, 2, generator=generator(0, "q")))
    sd = (log_var / 2).exp()
    assert ((z.mean(0) - mean).abs() < 5 * sd / 200_000**0.5).all()
    assert ((z.std(0) / sd - 1).abs() < 5 / 400_000**0.5).all()


def test_principal_components_are_the_singular_vectors():
    x = digits(300).double()
    found = PrincipalComponents.of(x, 6)
    _, singular, right = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    torch.testing.assert_close(found.variances, singular[:6].square() / 300)
    torch.testing.assert_close((found.axes * right[:6]).sum(-1).abs(), torch.ones(6, dtype=x.dtype))
    left = (found.decode(found.encode(x)) - x).square().sum(-1).mean()
    torch.testing.assert_close(left, singular[6:].square().sum() / 300)  # Eckart & Young 1936
    torch.testing.assert_close(found.first(2).encode(x), found.encode(x)[:, :2])


@pytest.mark.parametrize(
    ("points", "latent", "words"),
    [
        (torch.zeros(5), 1, r"points must be two points or more"),
        (torch.full((5, 3), torch.nan), 1, "points must be finite numbers, not 'points with NaN"),
        (torch.zeros(5, 3), 4, "latent must be at most the 3 dimensions of the points, not 4"),
    ],
)
def test_principal_components_refuse(points, latent, words):
    with pytest.raises(ValueError, match=words):
        PrincipalComponents.of(points, latent)
    with pytest.raises(ValueError, match="latent must be at most 2, not 3"):
        PrincipalComponents.of(torch.randn(9, 4), 2).first(3)


def test_a_linear_autoencoder_finds_the_subspace_of_principal_components():
    """Baldi & Hornik 1989: every minimum is this subspace. Its error comes down to theirs, and the decoder's columns
    span the same space."""
    x = torch.from_numpy(DIGITS.images()[:500]).double().flatten(1) / 127.5 - 1
    x, network = x - x.mean(0), Autoencoder(3, (), bounded=False).double()
    initialize(network, [0], "linear")
    for rate in (1e-2, 1e-3):
        search = torch.optim.Adam(network.parameters(), rate)
        for _ in range(250):
            search.zero_grad()
            (network(x) - x).square().sum(-1).mean().backward()
            search.step()
    pca = PrincipalComponents.of(x, 3)
    errors = [(made - x).square().sum(-1).mean().item() for made in (network(x), pca.decode(pca.encode(x)))]
    assert errors[1] - 1e-9 <= errors[0] < 1.001 * errors[1]
    columns = torch.linalg.qr(network.decoder.body[0].weight.detach()).Q
    assert (torch.linalg.svdvals(pca.axes @ columns) > 0.99).all()  # cosines of the angles between the two
