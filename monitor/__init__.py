"""The daemon's floor: feeds, stories, links, prices, the store and the three lines that join them."""
