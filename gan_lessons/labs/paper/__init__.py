"""What the Stage draws on a canvas, drawn on paper: one frame of a scene as a Matplotlib figure."""
