"""Case tables of playlists: a sentence about a rule, a playlist that breaks it, and one that nearly breaks it."""
