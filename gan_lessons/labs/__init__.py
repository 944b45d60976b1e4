"""The widgets that notebooks show. One file a lab; all draw on the Stage."""
