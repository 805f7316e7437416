"""A room whose hold leads nowhere."""
