"""Records to figures; never torch, never `plt.show()`."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "style": "REAL GENERATED D D_STAR GOOD BAD OTHERS Drawn",
    "line": "draw_scene draw_final_densities",
    "plane": "draw_planes",
    "curves": "GUESS draw_losses draw_probabilities draw_moments draw_shares",
    "dirac": "draw_walks",
    "class_grid": "draw_class_grid draw_mixture",
    "images": "sheet draw_sheet draw_digit_shares",
    "symptoms": "draw_symptoms",
    "metrics": "METRICS draw_metrics",
    "diagram": "networks draw_stages",
    "picture": "Picture canvas",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
