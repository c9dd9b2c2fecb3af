"""Where the capabilities meet: scanning a bucket into the catalog, and what holds such a run together.

scan      one pass over a listing, then a look at what is due
due       a recording whose objects or playlists changed since it was last judged
range     a part of the key space that is listed on its own; where each stands is in the catalog
judge     turn what is known of a recording into findings, totals and a verdict
"""
