"""The widgets that notebooks show. One file a lab; all draw on the Stage."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "lab": "Lab",
    "playground": "Playground",
    "compare": "Compare",
    "scrubber": "Scrubber",
    "latent": "LatentLab",
    "latent_planes": "LatentPlanes",
    "diagnosis": "Diagnosis",
    "dirac": "DiracLab",
    "metric_lab": "MetricLab",
    "class_lab": "ClassLab",
    "real_or_generated": "RealOrGenerated",
    "exported_page": "export",
    "without_kernel": "",
    "controls": "",
    "settings_file": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
