"""How good samples are, each measure with its noise floor."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "shares": "Share share share_of Floor noise_floor",
    "line": "GOOD_W1 NARROW_SD Moments moments mean sd skewness kurtosis w1 ks is_good is_narrow",
    "plane": (
        "HQ_SD GOOD_HQ GOOD_RKL HELD NEAR GOOD_SLICED_W1 Modes modes_of jsd_histogram project sliced_w1 mmd "
        "Reference near_real is_good is_narrow"
    ),
    "side_by_side": "modes_side_by_side",
    "conditional": "AskedFor asked_for permuted Matching matched",
    "verdicts": "Verdict judge",
    "images": "Seen Measures look measure compare fid kid_and_score test_set measures_floor sample",
    "conditional_digits": "Within Conditioned of_each real_digits total_variance",
    "handwriting": "slant width",
    "precision_recall": "Neighbours neighbours",
    "parzen": "log_likelihood best_bandwidth",
    "two_sample": "TwoSampleResult nearest_neighbour_test mmd_test classifier_test",
    "stacked": "StackedModes stacked_modes kl_floor",
    "mean_or_digit": "MeanOrDigit nearness",
    "detail": "detail_energy relative_detail energies frequencies spectrum compare_sets",
    "linear_probe": "Probe",
    "likelihood": "Likelihood log_p log_weights bound",
    "copies": "RARE TYPICAL Found Nearest Distances distances distances_floor",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
