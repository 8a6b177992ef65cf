"""Prices: sessions, base prices, how unusual a move is, and the sources quotes come from."""
