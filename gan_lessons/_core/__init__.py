"""What every folder uses and nobody needs to know."""
