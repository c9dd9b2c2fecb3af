"""The jobs, each of which brings buckets, catalog and checks together.

scan      list a bucket into the catalog, then evaluate the recordings that are due
check     inspect segments that are due, then evaluate their recordings
rebuild   write a playlist from the segments that exist
tasks     import task facts, link them to recordings, and call the recorder's service
judge     turn what is known of a recording into findings, totals and a verdict
workers   run inspections on threads, processes or a Dask cluster
session   the locked catalog and stop requests of a running job

due       a recording whose objects, playlists or inspections changed since its last evaluation
range     a part of the key space that is listed on its own; its position is kept in the catalog
"""
