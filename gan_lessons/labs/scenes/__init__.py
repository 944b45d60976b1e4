"""What labs draw: panels with layers, and frames of named arrays. One file a scene."""
