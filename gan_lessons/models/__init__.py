"""Networks: `layers` (the runs-axis pieces) and `toys` (small nets made of them)."""
