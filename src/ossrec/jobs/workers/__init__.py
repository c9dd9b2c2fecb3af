"""Worker pools that inspect segments: threads, processes, or a Dask cluster.

pool    runs inspections, many at once, while its ``with`` block lasts
slot    room for one inspection in a pool
local   a pool whose requests go through the caller's own `Bucket` object, which counts them
"""
