"""What notebook 07 says of tables and series that ship, held against them."""

from gan_lessons.shipped import networks, slider_series, tables


def test_of_the_bottleneck():
    held = slider_series.load("bottleneck")
    pca, ours = (dict(zip(held["bottleneck"].tolist(), held["errors"][:, at], strict=True)) for at in (0, 1))
    assert all(ours[size] < 0.75 * pca[size] for size in (4, 8, 16, 32)) and ours[64] > pca[64]
    assert (round(pca[64]), round(ours[64])) == (28, 31)
    assert round(networks.card("autoencoder_64")["measured"]["squared_error"]) == 13


def test_of_the_likelihood():
    card = networks.card("vae_binary")
    assert card["measured"] == {"elbo": -104.482, "elbo_se": 0.324, "log_p": -99.516, "log_p_se": 0.305} | {
        "k": 100,
        "n": 10_000,
    }
    assert card["steps"] == 12_000 and 3 < card["of_one_core"] < 4


def test_of_beta():
    held = slider_series.load("beta")
    error, kl, used, _, fid, *_ = held["measures"].T
    assert 140 < kl[0] < 150 and round(kl[-1], 1) == 0 and used[-1] == 0
    assert list(held["beta"])[fid.argmin()] == 1 and sorted(fid)[1] > 2 * fid.min() and sorted(error)[2] == error[2]


def test_of_blur_and_detail():
    rows = tables.rows("autoencoders")
    detail = {name: row["detail"] for name, row in rows.items() if "detail" in row}
    assert all(0.2 < detail[name] < 0.3 for name in ("VAE", "VAE of binarised digits"))
    assert abs(detail["DCGAN"] - 1) < 0.015 and 1.3 < detail["MLP GAN"] < 1.4
    assert 3.5 < detail["VAE of binarised digits, pixels drawn"] < 4
    assert rows["autoencoder, codes drawn"]["recall"] < 0.3
    worse = rows["VAE of binarised digits"], rows["DCGAN"]
    assert all(worse[0][key] < worse[1][key] for key in ("detail", "precision", "recall", "score"))


def test_of_the_probes():
    rows = tables.rows("autoencoders")
    means = {name: sum(row["accuracies"]) / 10 for name, row in rows.items() if "accuracies" in row}
    for n in (10, 30, 100, 300, 1000):
        raw = means[f"raw pixels, {n} labels"]
        assert all(means[f"{name}, {n} labels"] < raw for name in ("autoencoder", "VAE", "features of an untrained D"))
        assert n == 10 or means[f"features of D, {n} labels"] > raw + 0.06
    assert means["features of D, 100 labels"] > means["raw pixels, 100 labels"] + 0.1
