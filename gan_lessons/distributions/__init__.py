"""Real data and noise: what is drawn, on a line, in the plane, of images."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "base": "Distribution",
    "noise": "NormalNoise UniformNoise StratifiedNoise CodedNoise",
    "line": "Gaussian Uniform Mixture",
    "plane": (
        "Planar Blobs Ring Grid pacgan_ring pacgan_grid TwoGaussians ThreeBlobs Points Line SwissRoll Spiral TwoMoons"
    ),
    "side_by_side": "SideBySide",
    "images": "Handwritten Stacked",
    "binarised": "Binarised",
    "pictures": "Pictures PictureSet",
    "picture_shapes": "shape_of",
    "folder": "Folder",
    "picture_files": "",
    "thumbnails": "thumbnail",
    "shapes": "Shapes",
    "mnist": "Digits",
    "forgeries": "FORGERIES STRENGTHS Forgery forged",
    "drawn": "DrawnLine",
    "strokes": "digit_of",
    "points_file": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
