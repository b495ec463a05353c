"""Takes an account over that was built by hand: reads it, writes it as a declaration, imports it into a state."""
