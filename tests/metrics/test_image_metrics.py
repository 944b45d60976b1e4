"""The digits' metrics: each against a computation of its own, on numbers with a known answer, and on real digits."""

import numpy as np
import pytest
import torch
from helpers.judge import trained
from scipy import linalg

from gan_lessons._core.randomness import initialize
from gan_lessons.distributions import mnist
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics.images import Seen, compare, fid, kid_and_score, look, measure, measures_floor, sample
from gan_lessons.models import latent_space
from gan_lessons.models.classifier import FEATURES
from gan_lessons.models.dcgan import mlp_g
from gan_lessons.models.latent_space import generate

pytestmark = pytest.mark.slow  # they train the judge of digits, and measure with thousands of digits


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def seen(n, seed=0, shift=0.0, width=FEATURES, logits=None):
    """What a classifier might see: features that hang together, and undecided verdicts."""
    mixing = torch.randn(width, width, generator=rng(99)) / width**0.5
    features = torch.randn(n, width, generator=rng(seed)) @ mixing + shift
    return Seen(features, torch.randn(n, 10, generator=rng(seed + 50)) * 2 if logits is None else logits)


@pytest.fixture(scope="module")
def judge():
    """A classifier of some seconds takes the place of the one that ships, and 1,000 digits that of the test set."""
    network, digits, load = trained(), mnist.load("test"), mnist.load
    few = mnist.Digits(digits.images[:1000], digits.labels[:1000])
    caches = metrics_digits.test_set, metrics_digits.measures_floor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics_digits, "judge", lambda: network)
        patch.setattr(mnist, "load", lambda split="train": few if split == "test" else load(split))
        patch.setattr(metrics_digits, "SAMPLES", 1000)
        for cached in caches:
            cached.cache_clear()
        yield network
    for cached in caches:
        cached.cache_clear()


def digits(n=1000, seed=1, **which):
    return Handwritten(**which).sample((n,), rng(seed))


# -- Fréchet distance


def frechet(a, b):
    """|m - m'|^2 + tr(S + S' - 2 (S S')^(1/2)), by scipy. Heusel et al. 2017, section 3."""
    a, b = a.double().numpy(), b.double().numpy()
    s, t = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(s + t - 2 * linalg.sqrtm(s @ t).real)


@pytest.mark.parametrize(("n", "scale", "shift"), [(500, 1.0, 0.0), (300, 1.5, 0.3), (400, 0.5, 5.0)])
def test_fid_is_scipys(n, scale, shift):
    real, fake = seen(500), seen(n, 7, shift)
    fake = Seen(fake.features * scale, fake.logits)
    assert fid(fake, real) == pytest.approx(frechet(fake.features, real.features), rel=1e-6)


def test_fid_of_a_set_and_itself_is_0_and_of_a_moved_one_the_way_squared():
    real = seen(400)
    moved = Seen(real.features.double() + torch.arange(128) / 8, real.logits)
    assert fid(real, real) == pytest.approx(0, abs=1e-6)
    assert fid(moved, Seen(real.features.double(), real.logits)) == pytest.approx(sum(k * k for k in range(128)) / 64)


def test_fids_bias_is_2_d_over_n_and_d_d_plus_1_over_2_n():
    """What two samples of one N(0, I) in d dimensions get."""
    d, n = 16, 1000
    pairs = torch.randn(24, 2, n, d, generator=rng(3), dtype=torch.float64)
    found = [fid(*(Seen(points, torch.zeros(n, 10)) for points in pair)) for pair in pairs]
    assert np.mean(found) == pytest.approx(2 * d / n + d * (d + 1) / (2 * n), rel=0.05)


def test_features_of_other_widths_have_a_fid_too_but_not_with_each_other():
    with pytest.raises(ValueError, match="fake must be features of the same width as the real ones', 128, not"):
        fid(seen(100, width=16), seen(100))


# -- kernel distance


def kernel_distance(a, b):
    """The unbiased squared distance with (x y / d + 1)^3. Bińkowski et al. 2018, section 4 (Gretton's equation 3)."""
    n, m, d = len(a), len(b), a.shape[1]
    aa, bb, ab = ((x @ y.T / d + 1) ** 3 for x, y in ((a, a), (b, b), (a, b)))
    own = (aa.sum() - np.trace(aa)) / (n * (n - 1)) + (bb.sum() - np.trace(bb)) / (m * (m - 1))
    return own - 2 * ab.mean()


@pytest.mark.parametrize("shift", [0.0, 0.2])
def test_kid_is_the_unbiased_kernel_distance(shift):
    real, fake = seen(1000), seen(1200, 7, shift)
    a, b = real.features.double().numpy(), fake.features.double().numpy()
    rows = np.random.default_rng(0)
    parts = [kernel_distance(rows.permutation(a)[:500], rows.permutation(b)[:500]) for _ in range(100)]
    whole, sd = kernel_distance(a, b), np.std(parts)
    assert np.mean(parts) == pytest.approx(whole, abs=5 * sd / 10)  # subsets are right on average
    near = 5 * sd / 50**0.5
    assert kid_and_score(fake, real)[0] == pytest.approx(whole, abs=near)
    own = ((a * a).sum(1) / FEATURES + 1) ** 3
    assert 2 * own.mean() / 500 > 2 * near  # what the biased one adds, from each sample beside itself


# -- score


def inception_score(logits, parts, order):
    """exp of the mean KL(p(y|x), p(y)), the mean over parts. Salimans et al. 2016, section 4."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    scores = [np.exp((q * (np.log(q) - np.log(q.mean(0)))).sum(1).mean()) for q in np.array_split(p[order], parts)]
    return np.mean(scores)


def test_score_is_that_of_its_definition_over_ten_parts():
    fake = seen(1000, logits=torch.randn(1000, 10, generator=rng(3)) * 3)
    found, logits = kid_and_score(fake, seen(1000))[1], fake.logits.double().numpy()
    shuffles = np.random.default_rng(0)
    ten, one = ([inception_score(logits, parts, shuffles.permutation(1000)) for _ in range(50)] for parts in (10, 1))
    assert found == pytest.approx(np.mean(ten), abs=4 * np.std(ten))
    assert abs(np.mean(one) - np.mean(ten)) > 5 * np.std(ten)  # the parts count


def test_score_is_10_for_sure_verdicts_on_all_digits_and_1_for_one_verdict():
    sure = torch.eye(10).repeat(1000, 1) * 100
    assert kid_and_score(seen(10_000, logits=sure), seen(1000))[1] == pytest.approx(10, abs=0.1)
    for one in (torch.zeros(1000, 10), *(torch.eye(10)[:1].repeat(1000, 1) * sure for sure in (100, 1e4))):
        assert kid_and_score(seen(1000, logits=one), seen(1000))[1] == pytest.approx(1, abs=1e-4)
    half = torch.eye(10)[:5].repeat(2000, 1) * 100
    assert kid_and_score(seen(10_000, logits=half), seen(1000))[1] == pytest.approx(5, abs=0.05)


def test_shares_count_the_verdicts():
    logits = torch.eye(10)[[0, 0, 3, 9, 3, 3]]
    np.testing.assert_allclose(Seen(torch.zeros(6, 2), logits).shares, np.array([2, 0, 0, 3, 0, 0, 0, 0, 0, 1]) / 6)


# -- together, on digits


def test_measures_are_the_parts_and_know_their_number():
    fake, real = seen(1000, 5, 0.1), seen(1500)
    found = compare(fake, real)
    assert found.fid == fid(fake, real) and (found.kid, found.score) == kid_and_score(fake, real)
    near = metrics_digits.neighbours(real.features, fake.features)  # real before generated
    assert (found.precision, found.recall) == (near.precision, near.recall)
    assert (found.density, found.coverage) == (near.density, near.coverage)
    assert found.shares == tuple(fake.shares) and sum(found.shares) == pytest.approx(1) and found.samples == 1000


def test_the_text_says_that_they_are_not_inception_numbers():
    text = str(compare(seen(1000, 5), seen(1000)))
    assert "not Inception numbers" in text and "over 1,000 samples" in text
    for name in ("FID", "KID", "score", "precision", "recall", "density", "coverage"):
        assert name in text


def test_a_seed_decides_the_subsets_and_torchs_own_stays():
    fake, real = seen(1000, 5, 0.1), seen(1000)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        before = torch.random.get_rng_state()
        first = compare(fake, real)
        assert torch.equal(torch.random.get_rng_state(), before)
        torch.manual_seed(2)
        assert compare(fake, real) == first
    other = compare(fake, real, seed=1)
    assert other.kid != first.kid and other.score != first.score
    assert (other.fid, other.precision, other.coverage) == (first.fid, first.precision, first.coverage)


def test_real_digits_get_the_floor_and_measuring_touches_no_global_seed(judge):
    before = torch.random.get_rng_state()
    best = measures_floor()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert measures_floor() is best and measures_floor(0) == best and best.samples == 1000
    again = measure(digits())
    for name in ("score", "precision", "recall", "coverage"):
        assert getattr(again, name) == pytest.approx(getattr(best, name), rel=0.1), name
    assert again.fid == pytest.approx(best.fid, rel=0.5)
    assert best.precision > 0.8 and best.recall > 0.8 and best.coverage > 0.8 and best.score > 5
    assert all(0.05 < share < 0.16 for share in best.shares)


def test_collapse_on_ones_shows(judge):
    best, found = measures_floor(), measure(digits(only=(1,)))
    assert found.shares[1] > 0.9 and found.score < 1.6 < best.score
    assert found.precision > 0.8 and found.recall < 0.5 * best.recall and found.coverage < 0.5 * best.coverage
    assert found.fid > 10 * best.fid and found.kid > 10 * abs(best.kid)


def test_trash_images_show(judge):
    best, found = measures_floor(), measure(torch.rand(1000, 784, generator=rng()) * 2 - 1)
    assert found.fid > 10 * best.fid and found.precision < 0.1 and found.coverage < 0.1


def test_what_the_judge_sees_is_what_it_computes(judge, monkeypatch):
    images = digits(30)
    found = look(images)
    with torch.no_grad():
        torch.testing.assert_close(found.logits, judge(images))
        torch.testing.assert_close(found.features, judge.features(images))
    monkeypatch.setattr(metrics_digits, "PIECE", 7)
    again = [look(form) for form in (images, images.view(30, 1, 28, 28), images.double(), images.numpy())]
    for other in again:
        torch.testing.assert_close(other.logits, found.logits, rtol=1e-4, atol=1e-4)
    assert not found.features.requires_grad


# -- images of a generator


def test_samples_are_the_generators_in_eval_and_leave_it_as_it_was(monkeypatch):
    G = mlp_g(8)
    initialize(G, (3,), "G")
    G(torch.randn(1, 50, 8, generator=rng()))  # so that running averages are not those of the start
    before = {name: tensor.clone() for name, tensor in G.state_dict().items()}
    monkeypatch.setattr(latent_space, "PIECE", 7)
    images = sample(G, 20, seed=4)
    assert images.shape == (20, 784) and images.abs().max() <= 1 and not images.requires_grad
    assert torch.equal(images, sample(G, 20, seed=4)) and not torch.equal(images, sample(G, 20, seed=5))
    assert G.training and all(torch.equal(tensor, before[name]) for name, tensor in G.state_dict().items())
    noise = torch.randn(1, 20, 8, generator=rng(1))
    made = generate(G, noise)
    G.eval()
    torch.testing.assert_close(made, G(noise)[0].detach())
    assert torch.equal(generate(lambda z: G(z) / 2, noise), made / 2)  # any function will do
    generate(G, noise)
    assert not G.training


def test_a_generator_that_fails_is_left_in_training():
    G = mlp_g(8)
    with pytest.raises(RuntimeError):
        generate(G, torch.zeros(1, 5, 9))
    assert G.training


# -- refusals


BAD = {
    "numbers of bytes": (torch.zeros(9, 784) + 255, "values from 255 to 255"),
    "NaN": (torch.zeros(9, 784).fill_(torch.nan), "values from nan to nan"),
    "infinity": (torch.zeros(9, 784).fill_(torch.inf), "values from inf to inf"),
    "a runs axis": (torch.zeros(1, 9, 784), r"\(1, 9, 784\)"),
    "another size": (torch.zeros(9, 1, 32, 32), r"\(9, 1, 32, 32\)"),
    "one flat image": (torch.zeros(784), r"\(784,\)"),
    "a number": (torch.tensor(0.0), r"\(\)"),
    "none": (torch.zeros(0, 784), r"\(0, 784\)"),
    "paper at 0": (torch.rand(9, 784).sub(0.5).clamp(min=0), "from 0 up, as of pictures from 0 to 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_are_no_images_is_refused(name, judge):
    images, words = BAD[name]
    with pytest.raises(ValueError, match=rf"^images must be .*, not .*{words}"):
        look(images)


def test_one_pixel_that_is_not_a_number_is_enough(judge):
    images = digits(9)
    images[4, 300] = torch.nan
    with pytest.raises(ValueError, match=r"^images must be from -1"):
        look(images)


def test_too_few_images_are_refused(judge):
    with pytest.raises(ValueError, match=r"^fake must be at least 1,000 images, not '999 images'"):
        compare(seen(999), seen(1000))
    with pytest.raises(ValueError, match=r"^real must be at least 1,000 images, not '999 images'"):
        compare(seen(1000), seen(999))
    with pytest.raises(ValueError, match=r"^fake must be at least 1,000 images, not '3 images'"):
        measure(digits(3))


@pytest.mark.parametrize("seed", [-1, 0.5, "0"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0"):
        compare(seen(1000), seen(1000), seed)


def test_a_number_of_samples_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"^n must be a whole number of at least 1, not 0"):
        sample(mlp_g(8), 0)
